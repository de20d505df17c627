-- Where the axes of a volume's file lead, such as RAS; null where the file does not say.
ALTER TABLE series ADD COLUMN directions TEXT;

-- What a model drew on a plane across the stored slices, and nobody has accepted yet: accepted masks are voxels of the slices.
CREATE TABLE cross_proposals (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  series_id     INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  axis          INTEGER NOT NULL CHECK (axis IN (0, 1, 2)),
  plane         INTEGER NOT NULL CHECK (plane >= 0),
  label_id      INTEGER NOT NULL REFERENCES label_classes (id) ON DELETE CASCADE,
  -- run lengths as LEB128 numbers
  runs          BLOB NOT NULL,
  origin        TEXT NOT NULL CHECK (origin IN ('drawn', 'model', 'propagated', 'imported')),
  predicted_iou REAL,
  model         TEXT,
  -- as JSON
  prompt        TEXT
) STRICT;

CREATE INDEX cross_proposals_by_plane ON cross_proposals (series_id, axis, plane);
CREATE INDEX cross_proposals_by_label ON cross_proposals (label_id);
