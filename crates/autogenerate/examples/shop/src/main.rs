//! Prints the orders that wait for a payment, and what each user has paid so far.

use shop_models::User;
use sqlx::PgPool;

#[tokio::main]
async fn main() -> Result<(), sqlx::Error> {
    let url = std::env::var("DATABASE_URL").map_err(sqlx::Error::config)?;
    let pool = PgPool::connect(&url).await?;
    let orders = sqlx::query!(r#"SELECT id AS "id!", buyer AS "buyer!", cents AS "cents!" FROM open_orders"#)
        .fetch_all(&pool)
        .await?;
    for order in orders {
        println!("{} {} owes {}", order.id, order.buyer, order.cents);
    }
    for user in users(&pool).await? {
        let spent = sqlx::query_scalar!(r#"SELECT spent($1) AS "spent!""#, user.id).fetch_one(&pool).await?;
        println!("{} paid {spent}", user.email);
    }
    Ok(())
}

async fn users(pool: &PgPool) -> Result<Vec<User>, sqlx::Error> {
    sqlx::query_as!(User, "SELECT id, email, created_at FROM users").fetch_all(pool).await
}
