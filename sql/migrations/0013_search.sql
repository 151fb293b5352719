-- What tickets are found by: one document for each, of lexemes, kept up by whatever changes a ticket.

create extension if not exists btree_gin with schema public;
create extension if not exists pg_trgm with schema public;

-- `@@` and `like` are not leakproof: on a table with row security they are no index conditions, and each search would read all of its
-- helpdesk. So the documents lie where the application cannot reach, and it works on a view that holds the tenant's wall in its definition.
create schema search;
revoke all on schema search from public;
grant usage on schema search to deskyard_app;

create table search.documents (
    tenant_id bigint not null,
    ticket_id bigint not null,
    -- As the ticket.
    hidden boolean not null,
    -- By weight: A the subject, B what only agents see of the ticket (the user, labels, fields, ref), C messages, D notes.
    words tsvector not null,
    constraint documents_pkey primary key (tenant_id, ticket_id),
    constraint documents_ticket_fkey foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);

-- Writers put off most of the work; every second somebody does it for all of them (search.settle). So nobody who answers a ticket ever pays
-- for a hundred others, and what is put off, which each search reads through, stays short.
create index documents_visible_words on search.documents using gin (tenant_id, words)
    with (fastupdate = on, gin_pending_list_limit = 16384) where not hidden;
create index documents_hidden_words on search.documents using gin (tenant_id, words)
    with (fastupdate = on, gin_pending_list_limit = 16384) where hidden;
-- The newest first, and hidden ones apart.
create index documents_visible on search.documents (tenant_id, ticket_id) where not hidden;
create index documents_hidden on search.documents (tenant_id, ticket_id) where hidden;

-- For parts of words and mistyped ones, in small letters; apart from the words, because hiding a ticket writes those again.
create table search.texts (
    tenant_id bigint not null,
    ticket_id bigint not null,
    subject text not null,
    -- The user's name and address, a line each.
    person text not null,
    constraint texts_pkey primary key (tenant_id, ticket_id),
    constraint texts_ticket_fkey foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
create index texts_parts on search.texts using gin (tenant_id, subject gin_trgm_ops, person gin_trgm_ops)
    with (fastupdate = on, gin_pending_list_limit = 16384);

alter table search.documents enable row level security;
alter table search.texts enable row level security;
create policy tenant on search.documents using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint);
create policy tenant on search.texts using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint);

-- Their owner reads the tables, whoever asks; rows are those of the tenant that is set, to be read as to be written.
create view helpdesk.search_documents as
select tenant_id, ticket_id, hidden, words
from search.documents
where tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint
with local check option;
create view helpdesk.search_texts as
select tenant_id, ticket_id, subject, person
from search.texts
where tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint
with local check option;
grant select, insert, update, delete on helpdesk.search_documents, helpdesk.search_texts to deskyard_app;

-- Does what writers put off. Only the owner of an index may; it says nothing of anybody's.
create function search.settle() returns void
language sql security definer set search_path = pg_catalog
begin atomic
    select gin_clean_pending_list('search.documents_visible_words'::regclass);
    select gin_clean_pending_list('search.documents_hidden_words'::regclass);
    select gin_clean_pending_list('search.texts_parts'::regclass);
end;

-- One behind the other, with a place left free between them, so that no phrase reaches from the one into the other.
create function search.joined(front tsvector, back tsvector) returns tsvector
language sql immutable parallel safe
return ts_delete(front || $$' ':1$$::tsvector || back, ' ');

-- In the helpdesk's language, and as they are written: names and codes have no stem. What a slash joins are words of their own, and
-- no text is taken for a tag.
create function search.words(language regconfig, content text) returns tsvector
language sql immutable parallel safe
return case
    when language = 'simple'::regconfig then to_tsvector('simple', translate(content, '/<>', '   '))
    else search.joined(to_tsvector(language, translate(content, '/<>', '   ')), to_tsvector('simple', translate(content, '/<>', '   ')))
end;

-- What is read of a message: its first 30,000 characters, without tags, styles and scripts. Whatever somebody writes, each expression goes
-- through it once: from the end of a style to the next end, then from its beginning on, then tag by tag.
create function search.plain(body text, format text) returns text
language sql immutable parallel safe
return case format
    when 'html' then (
        select left(
            replace(replace(replace(replace(replace(replace(
                regexp_replace(
                    string_agg(regexp_replace(part.content, '<(?:style|script)\M.*$', ' ', 'i'), ' ' order by part.place),
                    '<[^>]*>', ' ', 'g'),
                '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'),
            30000)
        from regexp_split_to_table(left(body, 120000), '</(?:style|script)\s*>', 'i') with ordinality as part (content, place)
    )
    else left(body, 30000)
end;

create function search.message(language regconfig, kind text, body text, format text) returns tsvector
language sql immutable parallel safe
return setweight(search.words(language, search.plain(body, format)), case kind when 'note' then 'D' else 'C' end::"char");

-- Positions end at 16,383, and what stands behind that is in no phrase. So from 32 KiB on a message is laid over the document's beginning
-- instead of behind its end: better a phrase found too often, in a ticket as long as a book, than one never found. At 256 KiB a document
-- takes no more: what `tsvector` can hold at all is a megabyte. (As it lies in the table its size is that of the compressed one; put together
-- with nothing, it is the true one.)
create function search.with_message(document tsvector, message tsvector) returns tsvector
language sql immutable parallel safe
return case
    when pg_column_size(document || '') < 32768 then search.joined(document, message)
    when pg_column_size(document || '') < 262144 then (document::text || ' ' || message::text)::tsvector
    else document
end;

create aggregate search.all_messages (tsvector) (
    sfunc = search.with_message, stype = tsvector, initcond = '', parallel = safe
);

-- Everything but the messages. An address is found as a whole and by its parts.
create function search.head(
    language regconfig, subject text, name text, email text, ref text, labels text[], fields jsonb
) returns tsvector
language sql stable parallel safe
return search.joined(
    setweight(search.words(language, subject), 'A'),
    setweight(
        search.joined(
            search.joined(
                to_tsvector('simple', concat_ws(' ', email, translate(email, '@.+-_', '     '), ref)),
                search.words(language, concat_ws(' ', name, array_to_string(labels, ' ')))
            ),
            search.joined(jsonb_to_tsvector(language, fields, '["string"]'), jsonb_to_tsvector('simple', fields, '["string"]'))
        ),
        'B'
    )
);

-- What somebody looks for, as one term: several words in it follow each other. Behind it what `to_tsquery` takes there: `:*` for a beginning,
-- `:AC` for where users may look, too.
create function search.term(language regconfig, content text, marks text) returns tsquery
language sql immutable parallel safe
return to_tsquery(language, '''' || replace(replace(translate(content, '/<>', '   '), '\', '\\'), '''', '''''') || '''' || marks);

-- In any of its forms, or as it is written; only so where the language leaves something of it out, as of the code A-17.
create function search.word(language regconfig, content text, marks text) returns tsquery
language sql immutable parallel safe
return case
    when numnode(search.term(language, content, marks)) < numnode(search.term('simple', content, marks))
        then search.term('simple', content, marks)
    else search.term(language, content, marks) || search.term('simple', content, marks)
end;

-- The same; nothing for words such as "the", which a language puts everywhere.
create function search.telling_word(language regconfig, content text, marks text) returns tsquery
language sql immutable parallel safe
return case
    when numnode(search.term(language, content, marks)) > 0 then search.word(language, content, marks)
    else to_tsquery('simple', '')
end;

-- How words begin in whatever form; as they are written where the language leaves nothing of them.
create function search.stems(language regconfig, content text) returns tsvector
language sql immutable parallel safe
return case
    when length(to_tsvector(language, content)) > 0 then to_tsvector(language, content)
    else to_tsvector('simple', content)
end;
