CREATE VIEW billing.open AS
 SELECT invoices.number,
    customers.email
   FROM (billing.invoices
     JOIN public.customers ON ((customers.id = invoices.customer)));
