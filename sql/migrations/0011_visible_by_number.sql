-- Lists in the order of the tickets' numbers, too, never read a hidden one: in the primary key a wave of spam lies between the others.
create index tickets_visible_id on helpdesk.tickets (tenant_id, id) where hidden_at is null;
