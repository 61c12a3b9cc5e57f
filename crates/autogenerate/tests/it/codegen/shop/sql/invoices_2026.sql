CREATE INDEX invoices_2026_customer ON billing.invoices_2026 USING btree (customer);
