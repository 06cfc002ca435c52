-- Friends, what they do, and what is said below articles. Only new tables: the release before this one runs beside it.
CREATE TABLE IF NOT EXISTS profiles (
  user_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  picture VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  CONSTRAINT profiles_user_id FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE IF NOT EXISTS comments (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  article_id BIGINT UNSIGNED NOT NULL,
  author_id BIGINT UNSIGNED NOT NULL,
  body VARCHAR(2000) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  KEY comments_article (article_id, id),
  KEY comments_author (author_id, id),
  CONSTRAINT comments_article_id FOREIGN KEY (article_id) REFERENCES articles (id),
  CONSTRAINT comments_author_id FOREIGN KEY (author_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Each direction is a row: whose friends are asked for by the primary key, and who has somebody as a friend by the other.
CREATE TABLE IF NOT EXISTS friendships (
  user_id BIGINT UNSIGNED NOT NULL,
  friend_id BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (user_id, friend_id),
  KEY friendships_friend (friend_id, user_id),
  CONSTRAINT friendships_user_id FOREIGN KEY (user_id) REFERENCES users (id),
  CONSTRAINT friendships_friend_id FOREIGN KEY (friend_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE IF NOT EXISTS activities (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  actor_id BIGINT UNSIGNED NOT NULL,
  kind ENUM('article', 'comment') NOT NULL,
  article_id BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(3) NOT NULL,
  KEY activities_actor (actor_id, id),
  CONSTRAINT activities_actor_id FOREIGN KEY (actor_id) REFERENCES users (id),
  CONSTRAINT activities_article_id FOREIGN KEY (article_id) REFERENCES articles (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Denormalized, as are the counts below: `web rebuild` makes them again from the tables above.
CREATE TABLE IF NOT EXISTS stream (
  user_id BIGINT UNSIGNED NOT NULL,
  activity_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (user_id, activity_id),
  KEY stream_activity (activity_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE IF NOT EXISTS user_counts (
  user_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  articles INT UNSIGNED NOT NULL DEFAULT 0,
  friends INT UNSIGNED NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE IF NOT EXISTS article_counts (
  article_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  comments INT UNSIGNED NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
