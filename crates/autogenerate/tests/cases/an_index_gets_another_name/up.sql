ALTER INDEX by_name RENAME TO items_name_idx;
