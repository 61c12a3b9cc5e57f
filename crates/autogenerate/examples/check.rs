//! Checks 200 models with 10 columns and 3 indexes each against a database.
//! `scripts/bench-check.py` measures it.
//!
//! `check FOLDER` exits with 1 if models, migrations and database differ. `check FOLDER --make`
//! first writes the initial migration into an empty folder and applies it to an empty database. The
//! database is `DATABASE_URL`.

use std::{env, error::Error, path::PathBuf, process::ExitCode, time::Duration};

use autogenerate::{
    Table, migrate,
    model::Metadata,
    project::{Answer, Project, Request},
    revision::Migrations,
};
use chrono::{DateTime, Utc};
use sqlx::{ConnectOptions, postgres::PgConnectOptions};

/// Declares the models and a function that returns their [`Metadata`].
macro_rules! models {
    ($($model:ident $name:tt,)*) => {
        $(
            #[derive(Table)]
            #[table(name = $name, index(columns = ["created_at DESC", "id DESC"]))]
            #[expect(dead_code, reason = "no row is read here")]
            struct $model {
                #[column(primary_key, identity)]
                id: i64,
                #[column(index)]
                parent_id: Option<i64>,
                #[column(type = "varchar(200)", index)]
                name: String,
                note: Option<String>,
                #[column(default = "0")]
                quantity: i32,
                price: Option<f64>,
                #[column(default = "true")]
                active: bool,
                #[column(default = "'{}'")]
                attributes: serde_json::Value,
                #[column(default = "now()")]
                created_at: DateTime<Utc>,
                updated_at: Option<DateTime<Utc>>,
            }
        )*

        fn metadata() -> Metadata {
            Metadata::new()$(.table::<$model>())*
        }
    };
}

models! {
    T000 "t000", T001 "t001", T002 "t002", T003 "t003", T004 "t004", T005 "t005", T006 "t006", T007 "t007",
    T008 "t008", T009 "t009", T010 "t010", T011 "t011", T012 "t012", T013 "t013", T014 "t014", T015 "t015",
    T016 "t016", T017 "t017", T018 "t018", T019 "t019", T020 "t020", T021 "t021", T022 "t022", T023 "t023",
    T024 "t024", T025 "t025", T026 "t026", T027 "t027", T028 "t028", T029 "t029", T030 "t030", T031 "t031",
    T032 "t032", T033 "t033", T034 "t034", T035 "t035", T036 "t036", T037 "t037", T038 "t038", T039 "t039",
    T040 "t040", T041 "t041", T042 "t042", T043 "t043", T044 "t044", T045 "t045", T046 "t046", T047 "t047",
    T048 "t048", T049 "t049", T050 "t050", T051 "t051", T052 "t052", T053 "t053", T054 "t054", T055 "t055",
    T056 "t056", T057 "t057", T058 "t058", T059 "t059", T060 "t060", T061 "t061", T062 "t062", T063 "t063",
    T064 "t064", T065 "t065", T066 "t066", T067 "t067", T068 "t068", T069 "t069", T070 "t070", T071 "t071",
    T072 "t072", T073 "t073", T074 "t074", T075 "t075", T076 "t076", T077 "t077", T078 "t078", T079 "t079",
    T080 "t080", T081 "t081", T082 "t082", T083 "t083", T084 "t084", T085 "t085", T086 "t086", T087 "t087",
    T088 "t088", T089 "t089", T090 "t090", T091 "t091", T092 "t092", T093 "t093", T094 "t094", T095 "t095",
    T096 "t096", T097 "t097", T098 "t098", T099 "t099", T100 "t100", T101 "t101", T102 "t102", T103 "t103",
    T104 "t104", T105 "t105", T106 "t106", T107 "t107", T108 "t108", T109 "t109", T110 "t110", T111 "t111",
    T112 "t112", T113 "t113", T114 "t114", T115 "t115", T116 "t116", T117 "t117", T118 "t118", T119 "t119",
    T120 "t120", T121 "t121", T122 "t122", T123 "t123", T124 "t124", T125 "t125", T126 "t126", T127 "t127",
    T128 "t128", T129 "t129", T130 "t130", T131 "t131", T132 "t132", T133 "t133", T134 "t134", T135 "t135",
    T136 "t136", T137 "t137", T138 "t138", T139 "t139", T140 "t140", T141 "t141", T142 "t142", T143 "t143",
    T144 "t144", T145 "t145", T146 "t146", T147 "t147", T148 "t148", T149 "t149", T150 "t150", T151 "t151",
    T152 "t152", T153 "t153", T154 "t154", T155 "t155", T156 "t156", T157 "t157", T158 "t158", T159 "t159",
    T160 "t160", T161 "t161", T162 "t162", T163 "t163", T164 "t164", T165 "t165", T166 "t166", T167 "t167",
    T168 "t168", T169 "t169", T170 "t170", T171 "t171", T172 "t172", T173 "t173", T174 "t174", T175 "t175",
    T176 "t176", T177 "t177", T178 "t178", T179 "t179", T180 "t180", T181 "t181", T182 "t182", T183 "t183",
    T184 "t184", T185 "t185", T186 "t186", T187 "t187", T188 "t188", T189 "t189", T190 "t190", T191 "t191",
    T192 "t192", T193 "t193", T194 "t194", T195 "t195", T196 "t196", T197 "t197", T198 "t198", T199 "t199",
}

/// The longest wait for another process that migrates.
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (folder, make) = match arguments.as_slice() {
        [folder] => (folder, false),
        [folder, make] if make == "--make" => (folder, true),
        _ => return Err("usage: check FOLDER [--make]".into()),
    };
    let database: PgConnectOptions = env::var("DATABASE_URL")?.parse()?;
    let folder = PathBuf::from(folder);
    let memory = Some(folder.join("memory"));
    let project = Project { metadata: metadata(), folder, database, scratch: None, memory };
    if make {
        self::make(&project).await?;
    }
    Ok(if project.check().await?.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn make(project: &Project) -> Result<(), Box<dyn Error>> {
    let request = Request {
        message: "make all tables",
        now: Utc::now(),
        ask: &|_| Box::pin(async { Answer::Unknown }),
    };
    project.autogenerate(&request).await?;
    let migrations = Migrations::from_folder(&project.folder)?;
    let mut conn = project.database.connect().await?;
    migrate::upgrade(&mut conn, &migrations, &migrate::Up::Head, PATIENCE).await?;
    Ok(())
}
