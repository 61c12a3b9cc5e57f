//! Finding the items that contain words, the best first, at a bounded cost.

use std::{mem, time::Duration};

use super::{
    finding::{FIRST_EXAMINED, LOOK_UP_TIMEOUT, MAX_EXAMINED, first_examined},
    schemas::ItemView,
    spelling::{Vocabulary, may_be_misspelled, variants},
};
use crate::{
    app::App,
    error::Error,
    postgres::{
        catalog::{
            models::{ItemFilter, Search, Within},
            operations::item::{self, Candidates, ItemKey, Ranked},
        },
        keyset::{Page, PageRequest},
    },
};

/// If as many of the first items match, enough of the next ones do.
const MANY: i64 = 20;
/// How long a later page tries the index, in which the first one found the items in time; and
/// how long the first page tries it once more, if it would otherwise be short or empty.
const NEXT_LOOK_UP_TIMEOUT: Duration = Duration::from_secs(1);
/// The most names that are searched for the spellings of a word that the newest ones do not have.
const MAX_NAMES: u32 = 100;
/// The most words that are searched for.
const MAX_CORRECTED: usize = 4;
/// The most bytes of the spelling in a cursor.
const MAX_SPELLING: usize = 512;

type RankedPage = Page<Ranked, ItemKey>;

/// A page of the list by relevance, and the filter whose items it contains: if none match, that of
/// the words without typing errors. Later pages rank the items of the first one.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn search(
    app: &App,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
) -> Result<(ItemFilter, RankedPage), Error> {
    let Some(words) = &filter.search else { return Err(Error::internal("no words to search for")) };
    let with = |search| ItemFilter { search: Some(search), ..filter.clone() };
    if let Some(ItemKey::Relevance(key)) = page.start.key() {
        let filter = key.spelling.as_ref().map_or_else(|| filter.clone(), |text| with(words.respelled(text)));
        let found = if key.span.is_walked {
            walk(app, &filter, page, 2 * MAX_EXAMINED).await?
        } else {
            look_up(app, &filter, page, NEXT_LOOK_UP_TIMEOUT).await?
        };
        return Ok((filter, found));
    }
    let found = begin(app, filter, page).await?;
    if !found.rows.is_empty() {
        return Ok((filter.clone(), found));
    }
    let Some(respelled) = respell(app, filter, words).await? else { return Ok((filter.clone(), found)) };
    let filter = with(respelled);
    let found = begin(app, &filter, page).await?;
    Ok((filter, found))
}

/// The first page.
async fn begin(app: &App, filter: &ItemFilter, page: &PageRequest<ItemKey>) -> Result<RankedPage, Error> {
    let mut conn = app.database.connection_in_turn().await?;
    let examined = first_examined(filter);
    let sample = item::sample(&mut conn, filter, examined).await?;
    let is_whole = sample.candidates < examined.into();
    let is_common = sample.matches >= MANY
        || !is_whole && sample.matches > 0 && item::is_common(&mut conn, filter).await?;
    conn.release();
    if is_whole {
        return walk(app, filter, page, examined).await;
    }
    if is_common {
        return walk(app, filter, page, MAX_EXAMINED).await;
    }
    match look_up(app, filter, page, LOOK_UP_TIMEOUT).await {
        Err(Error::TooSlow(_)) => {}
        found => return found,
    }
    let found = walk(app, filter, page, MAX_EXAMINED).await?;
    if found.rows.len() >= page.limit as usize {
        return Ok(found);
    }
    // Perhaps it is rare, and the server was busy.
    match look_up(app, filter, page, NEXT_LOOK_UP_TIMEOUT).await {
        Err(Error::TooSlow(_)) => Ok(found),
        found => found,
    }
}

async fn walk(
    app: &App,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
    most: u32,
) -> Result<RankedPage, Error> {
    let mut conn = app.database.connection_in_turn().await?;
    let found = item::search(&mut conn, filter, page, Candidates::Walk(most)).await?;
    conn.release();
    Ok(found)
}

async fn look_up(
    app: &App,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
    timeout: Duration,
) -> Result<RankedPage, Error> {
    let mut tx = app.database.begin_look_up(timeout).await?;
    let found = item::search(&mut tx, filter, page, Candidates::LookUp).await?;
    tx.commit().await?;
    Ok(found)
}

/// The search without typing errors; `None` if there are none, or nothing is known that may have
/// been meant.
async fn respell(app: &App, filter: &ItemFilter, search: &Search) -> Result<Option<Search>, Error> {
    let words = search.words();
    if !words.iter().any(|word| may_be_misspelled(word)) {
        return Ok(None);
    }
    let mut conn = app.database.connection_in_turn().await?;
    let names = item::newest_names(&mut conn, filter, FIRST_EXAMINED).await?;
    conn.release();
    let vocabulary = Vocabulary::of(&names);
    let (mut unknown, mut is_patient) = (0, true);
    let mut respelled = Vec::new();
    for word in &words {
        let mut spellings = vocabulary.spellings(word);
        if spellings.is_none() && may_be_misspelled(word) && unknown < MAX_CORRECTED {
            unknown += 1;
            spellings = rare_spellings(app, filter, word, &mut is_patient).await?;
        }
        respelled.push(spellings.unwrap_or_else(|| vec![word.clone()]).join("|"));
    }
    let is_changed = respelled != words;
    let spelling = respelled.join(" ");
    Ok((is_changed && spelling.len() <= MAX_SPELLING).then(|| search.respelled(&spelling)))
}

/// As [`Vocabulary::spellings`], of a word that is not in the newest names. An index has the words
/// of all collections, so that it depends on the others whether it is fast enough: it is not used
/// for those who may not read them. For one word of a search, it is tried twice.
async fn rare_spellings(
    app: &App,
    filter: &ItemFilter,
    word: &str,
    is_patient: &mut bool,
) -> Result<Option<Vec<String>>, Error> {
    if filter.within != Within::All {
        let mut conn = app.database.connection_in_turn().await?;
        let names = item::newest_names(&mut conn, filter, MAX_EXAMINED).await?;
        conn.release();
        return Ok(Vocabulary::of(&names).spellings(word));
    }
    let mut timeout = LOOK_UP_TIMEOUT;
    loop {
        let mut tx = app.database.begin_look_up(timeout).await?;
        match item::names_with(&mut tx, filter, &variants(word), MAX_NAMES).await {
            // Perhaps the server was busy.
            Err(Error::TooSlow(_)) if mem::take(is_patient) => timeout = NEXT_LOOK_UP_TIMEOUT,
            Err(Error::TooSlow(_)) => return Ok(None),
            found => {
                let names = found?;
                tx.commit().await?;
                return Ok(Vocabulary::of(&names).spellings(word));
            }
        }
    }
}

impl From<Ranked> for ItemView {
    fn from(ranked: Ranked) -> Self {
        Self::from(ranked.item)
    }
}
