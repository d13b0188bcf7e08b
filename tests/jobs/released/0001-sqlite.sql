CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE documents (
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    kept_at DOUBLE NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (sha256)
);

CREATE INDEX ix_documents_kept_at ON documents (kept_at);

CREATE TABLE jobs (
    id TEXT NOT NULL,
    created_at DOUBLE NOT NULL,
    updated_at DOUBLE NOT NULL,
    started_at DOUBLE,
    completed_at DOUBLE,
    status TEXT NOT NULL,
    phase TEXT NOT NULL,
    request TEXT NOT NULL,
    character TEXT NOT NULL,
    chapters INTEGER NOT NULL,
    words INTEGER NOT NULL,
    language TEXT,
    error TEXT,
    epoch INTEGER DEFAULT '0' NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    lease_owner TEXT,
    lease_expires_at DOUBLE,
    outline TEXT,
    outline_version INTEGER DEFAULT '0' NOT NULL,
    outline_approved BOOLEAN DEFAULT 0 NOT NULL,
    sections_total INTEGER DEFAULT '0' NOT NULL,
    sections_done INTEGER DEFAULT '0' NOT NULL,
    result TEXT,
    calls INTEGER DEFAULT '0' NOT NULL,
    prompt_tokens BIGINT,
    completion_tokens BIGINT,
    cached_tokens BIGINT,
    cost DOUBLE,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT ck_jobs_phase CHECK (phase IN ('queued', 'sources', 'outline', 'approval', 'sections', 'checks', 'done')),
    CONSTRAINT ck_jobs_status CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'cancelled'))
);

CREATE INDEX ix_jobs_completed_at ON jobs (completed_at);

CREATE INDEX ix_jobs_created_at_id ON jobs (created_at, id);

CREATE INDEX ix_jobs_status_created_at_id ON jobs (status, created_at, id);

CREATE TABLE paces (
    provider TEXT NOT NULL,
    next_at DOUBLE NOT NULL,
    CONSTRAINT pk_paces PRIMARY KEY (provider)
);

CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at DOUBLE NOT NULL,
    CONSTRAINT fk_events_job_id_jobs FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_events_job_id_id ON events (job_id, id);

CREATE TABLE idempotency_keys (
    client TEXT NOT NULL,
    "key" TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    job_id TEXT NOT NULL,
    created_at DOUBLE NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (client, "key"),
    CONSTRAINT fk_idempotency_keys_job_id_jobs FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE INDEX ix_idempotency_keys_job_id ON idempotency_keys (job_id);

CREATE TABLE job_documents (
    job_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document TEXT,
    location TEXT,
    reason TEXT,
    CONSTRAINT pk_job_documents PRIMARY KEY (job_id, position),
    CONSTRAINT ck_job_documents_document_or_failure CHECK ((document IS NULL) = (location IS NOT NULL AND reason IS NOT NULL)),
    CONSTRAINT fk_job_documents_document_documents FOREIGN KEY(document) REFERENCES documents (sha256),
    CONSTRAINT fk_job_documents_job_id_jobs FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_job_documents_document ON job_documents (document);

CREATE TABLE sections (
    job_id TEXT NOT NULL,
    chapter INTEGER NOT NULL,
    number INTEGER NOT NULL,
    "plan" TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    words INTEGER NOT NULL,
    provenance TEXT,
    epoch INTEGER NOT NULL,
    created_at DOUBLE NOT NULL,
    CONSTRAINT pk_sections PRIMARY KEY (job_id, chapter, number),
    CONSTRAINT fk_sections_job_id_jobs FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
