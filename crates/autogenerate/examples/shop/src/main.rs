//! Prints the orders that wait for a payment.

use sqlx::PgPool;

#[tokio::main]
async fn main() -> Result<(), sqlx::Error> {
    let url = std::env::var("DATABASE_URL").map_err(sqlx::Error::config)?;
    let pool = PgPool::connect(&url).await?;
    let orders = sqlx::query!(r#"SELECT id AS "id!", email AS "email!", cents AS "cents!" FROM open_orders"#)
        .fetch_all(&pool)
        .await?;
    for order in orders {
        println!("{} {} {}", order.id, order.email, order.cents);
    }
    Ok(())
}
