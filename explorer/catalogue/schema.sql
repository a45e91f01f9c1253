-- One generation's catalogue: records verbatim, and what they are found and counted by.
-- Written once by ingest, then only read.

CREATE TABLE record (
    key       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    source    TEXT NOT NULL,
    kind      TEXT NOT NULL,
    title     TEXT NOT NULL,           -- folded, for sorting
    earliest  INTEGER,                 -- of the creation, for sorting
    begins    TEXT NOT NULL,           -- ISO days between which it may be used; '' = no limit
    ends      TEXT NOT NULL,
    hash      TEXT NOT NULL,           -- of what the source delivered
    numbers   INTEGER NOT NULL,        -- whether it is about object numbers, which lead to records
    url       TEXT NOT NULL,           -- of its own page
    body      BLOB NOT NULL            -- the Record as JSON
);
CREATE INDEX record_url ON record (url) WHERE url != '';
CREATE INDEX record_source ON record (source);
CREATE INDEX record_numbers ON record (key) WHERE numbers;
CREATE INDEX record_limited ON record (key) WHERE begins != '' OR ends != '';

CREATE TABLE identifier (value TEXT NOT NULL, record INTEGER NOT NULL, kind TEXT NOT NULL,
                         PRIMARY KEY (value, record, kind)) WITHOUT ROWID;
CREATE INDEX identifier_record ON identifier (record);

CREATE TABLE title (record INTEGER NOT NULL, title TEXT NOT NULL,       -- folded, in any language
                    PRIMARY KEY (record, title)) WITHOUT ROWID;

CREATE TABLE facet (name TEXT NOT NULL, value TEXT NOT NULL, record INTEGER NOT NULL,
                    label TEXT NOT NULL, PRIMARY KEY (name, value, record)) WITHOUT ROWID;
CREATE INDEX facet_record ON facet (record);

-- Other words for a value: what a delivered concept is called in other languages.
CREATE TABLE facet_also (name TEXT NOT NULL, also TEXT NOT NULL, value TEXT NOT NULL,
                         PRIMARY KEY (name, also, value)) WITHOUT ROWID;

CREATE TABLE span (record INTEGER NOT NULL, kind TEXT NOT NULL,
                   earliest INTEGER, latest INTEGER);
CREATE INDEX span_record ON span (record);

-- The longest side of an object in millimetres, and its weight in grams, where they are known.
CREATE TABLE extent (record INTEGER PRIMARY KEY, side REAL, weight REAL);

CREATE TABLE about (object TEXT NOT NULL, record INTEGER NOT NULL,
                    PRIMARY KEY (object, record)) WITHOUT ROWID;
CREATE INDEX about_record ON about (record);

-- `row` is the row of the passage's vector in the matrix; a record's rows follow one another, and
-- rows of passages that went are empty. `text` is kept for composed lines only:
-- the text of every other passage is field[start:end] of its record.
CREATE TABLE passage (
    row     INTEGER PRIMARY KEY,
    record  INTEGER NOT NULL,
    field   TEXT NOT NULL,
    start   INTEGER NOT NULL,
    "end"   INTEGER NOT NULL,
    lang    TEXT NOT NULL,
    text    TEXT,
    length  INTEGER NOT NULL,          -- forms that the word index holds of it
    hash    BLOB NOT NULL              -- of the text that was embedded
);

CREATE INDEX passage_record ON passage (record);

-- Folded words and their stems; contentless, rowid = passage.row.
CREATE VIRTUAL TABLE word USING fts5 (
    forms, content = '', tokenize = "unicode61 remove_diacritics 0 tokenchars '#-'"
);
CREATE VIRTUAL TABLE word_count USING fts5vocab (word, row);

-- The collection's own words: each stem in each language it is used in, and each word of a name.
-- What went stays: a word that stands in no passage any more is looked up in vain.
CREATE TABLE form (id INTEGER PRIMARY KEY, form TEXT NOT NULL, lang TEXT NOT NULL,
                   name INTEGER NOT NULL);
CREATE UNIQUE INDEX form_lang ON form (form, lang, name);

-- The bridge to other languages: the English stems a form means, and with what share.
CREATE TABLE meaning (pivot TEXT NOT NULL, form INTEGER NOT NULL, share REAL NOT NULL,
                      PRIMARY KEY (pivot, form)) WITHOUT ROWID;

-- Names, and words of languages that have no stemmer, as pairs of Latin letters; rowid = form.id.
CREATE VIRTUAL TABLE spelling USING fts5 (
    pairs, content = '', tokenize = "unicode61 remove_diacritics 0 tokenchars '^$'"
);
