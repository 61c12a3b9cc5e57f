ALTER INDEX items_name_idx RENAME TO by_name;
