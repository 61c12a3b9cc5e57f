mod items;
mod list;
mod writes;
