-- Of the fill of its masks; null: as all others.
ALTER TABLE label_classes ADD COLUMN opacity REAL CHECK (opacity BETWEEN 0 AND 1);
