-- One project. Pixels stay in their files; masks are run lengths; times are ISO 8601 in UTC; JSON is checked by zod on read.

CREATE TABLE project (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  uuid       TEXT NOT NULL,
  name       TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

-- Of this project: the model in use, who it was opened by. Values are JSON.
CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A picture file, or a volume with its planes.
CREATE TABLE series (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('picture', 'volume')),
  -- relative to the project's folder where is_copied, or where the file lies below it; else absolute
  path        TEXT NOT NULL UNIQUE,
  is_copied   INTEGER NOT NULL CHECK (is_copied IN (0, 1)),
  bytes       INTEGER NOT NULL,
  sha256      TEXT NOT NULL,
  group_name  TEXT NOT NULL,
  axis        INTEGER CHECK (axis IN (0, 1, 2)),
  planes      INTEGER NOT NULL CHECK (planes >= 1),
  added_at    TEXT NOT NULL
) STRICT;

CREATE TABLE slices (
  id            INTEGER PRIMARY KEY,
  series_id     INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  name          TEXT NOT NULL,
  plane         INTEGER,
  width         INTEGER NOT NULL CHECK (width >= 1),
  height        INTEGER NOT NULL CHECK (height >= 1),
  spacing_x_mm  REAL,
  spacing_y_mm  REAL,
  state         TEXT NOT NULL DEFAULT 'to-do'
                CHECK (state IN ('to-do', 'in-progress', 'done', 'nothing-here', 'rejected')),
  state_by      TEXT,
  state_at      TEXT,
  spent_ms      INTEGER NOT NULL DEFAULT 0,
  window_centre REAL,
  window_width  REAL CHECK (window_width > 0),
  revision      INTEGER NOT NULL DEFAULT 0,
  UNIQUE (series_id, plane)
) STRICT;

CREATE INDEX slices_by_series ON slices (series_id, plane);

CREATE TABLE label_classes (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  name      TEXT NOT NULL,
  colour    INTEGER NOT NULL CHECK (colour BETWEEN 1 AND 8),
  key       INTEGER CHECK (key BETWEEN 1 AND 9),
  is_hidden INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1)),
  is_locked INTEGER NOT NULL DEFAULT 0 CHECK (is_locked IN (0, 1))
) STRICT;

-- One object on one slice. Numbers are never used again, so that a stale one in another window meets nothing.
CREATE TABLE annotations (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  slice_id      INTEGER NOT NULL REFERENCES slices (id) ON DELETE CASCADE,
  label_id      INTEGER NOT NULL REFERENCES label_classes (id),
  -- run lengths as LEB128 numbers
  runs          BLOB NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('proposal', 'accepted')),
  origin        TEXT NOT NULL CHECK (origin IN ('drawn', 'model', 'propagated', 'imported')),
  predicted_iou REAL,
  model         TEXT,
  -- smallest box around the mask, inclusive; null for an empty one
  x0            INTEGER,
  y0            INTEGER,
  x1            INTEGER,
  y1            INTEGER,
  area_px       INTEGER NOT NULL CHECK (area_px >= 0),
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT;

CREATE INDEX annotations_by_slice ON annotations (slice_id);
CREATE INDEX annotations_by_label ON annotations (label_id);

-- What the model was asked for an annotation, as JSON.
CREATE TABLE prompts (
  annotation_id INTEGER PRIMARY KEY REFERENCES annotations (id) ON DELETE CASCADE,
  prompt        TEXT NOT NULL
) STRICT;

-- What a model made of a slice by itself, and what a person said to it.
CREATE TABLE predictions (
  slice_id       INTEGER PRIMARY KEY REFERENCES slices (id) ON DELETE CASCADE,
  model          TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'edited', 'rejected')),
  objects        INTEGER NOT NULL,
  probably_empty INTEGER NOT NULL CHECK (probably_empty IN (0, 1)),
  uncertainty    REAL,
  predicted_iou  REAL,
  stability      REAL,
  agreement      REAL,
  predicted_at   TEXT NOT NULL,
  decided_at     TEXT,
  spent_ms       INTEGER
) STRICT;

-- Numbers are never used again: predictions name the model of a run by its number, and its files lie below it.
CREATE TABLE training_runs (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  name           TEXT NOT NULL,
  preset         TEXT NOT NULL,
  -- the whole recipe, as JSON
  recipe         TEXT NOT NULL,
  state          TEXT NOT NULL
                 CHECK (state IN ('running', 'pausing', 'paused', 'cut-off', 'finishing', 'finished', 'failed')),
  -- relative to the project's folder
  folder         TEXT NOT NULL,
  base           TEXT NOT NULL,
  planned_epochs INTEGER NOT NULL,
  best_epoch     INTEGER,
  base_dice      REAL,
  train_slices   INTEGER NOT NULL,
  val_slices     INTEGER NOT NULL,
  seconds        REAL NOT NULL DEFAULT 0,
  started_at     TEXT NOT NULL,
  ended_at       TEXT,
  reason         TEXT,
  -- code and sentence, as JSON
  error          TEXT,
  verdict        TEXT
) STRICT;

CREATE TABLE epochs (
  run_id        INTEGER NOT NULL REFERENCES training_runs (id) ON DELETE CASCADE,
  epoch         INTEGER NOT NULL CHECK (epoch >= 1),
  train_loss    REAL NOT NULL,
  val_loss      REAL,
  val_dice      REAL,
  learning_rate REAL NOT NULL,
  seconds       REAL NOT NULL,
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

-- Masks of held-out slices as the model learns, and what the run said.
CREATE TABLE run_samples (
  run_id   INTEGER NOT NULL REFERENCES training_runs (id) ON DELETE CASCADE,
  epoch    INTEGER NOT NULL,
  slice_id INTEGER NOT NULL,
  runs     BLOB NOT NULL,
  dice     REAL,
  PRIMARY KEY (run_id, epoch, slice_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_log (
  id      INTEGER PRIMARY KEY,
  run_id  INTEGER NOT NULL REFERENCES training_runs (id) ON DELETE CASCADE,
  at      TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;

CREATE INDEX run_log_by_run ON run_log (run_id, id);

CREATE TABLE model_versions (
  id           INTEGER PRIMARY KEY,
  run_id       INTEGER REFERENCES training_runs (id),
  name         TEXT NOT NULL,
  -- relative to the project's folder
  file         TEXT NOT NULL,
  base         TEXT NOT NULL,
  preset       TEXT NOT NULL,
  train_slices INTEGER NOT NULL,
  val_slices   INTEGER NOT NULL,
  metrics      TEXT,
  created_at   TEXT NOT NULL
) STRICT;

-- Undo and redo: each row is one action of a person, with the rows of other tables as they were before and after.
CREATE TABLE journal (
  id        INTEGER PRIMARY KEY,
  action    TEXT NOT NULL,
  at        TEXT NOT NULL,
  slices    TEXT NOT NULL,
  changes   TEXT NOT NULL,
  is_undone INTEGER NOT NULL DEFAULT 0 CHECK (is_undone IN (0, 1))
) STRICT;
