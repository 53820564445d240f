// SPDX-License-Identifier: Apache-2.0
import GradusNative

extension PostgresLog {
  /// What the address may say otherwise: a server that vanishes without a word is noticed within a minute.
  static let settings: [(name: String, value: String)] = [
    ("fallback_application_name", "gradus"), ("connect_timeout", "10"), ("keepalives_idle", "20"),
    ("keepalives_interval", "10"), ("keepalives_count", "4"), ("tcp_user_timeout", "60000"),
  ]

  /// A connection with its statements, after two more round trips.
  func connect(creates: Bool) throws -> PostgresConnection {
    let connection = try PostgresConnection(functions, url: address.url, settings: Self.settings)
    let limit = Int(1000 * patience)
    // A client that stops in the middle of a change must not keep the lock for ever.
    let found = try connection.execute(
      """
      SET client_encoding = 'UTF8'; SET client_min_messages = error; SET statement_timeout = 0;
      SET lock_timeout = \(limit); SET idle_in_transaction_session_timeout = \(max(limit, 60_000));
      SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
      SELECT to_regclass('\(StorageSchema.versionTable)') IS NOT NULL,
        to_regclass('alembic_version') IS NOT NULL AND to_regclass('trials') IS NOT NULL
      """)
    if found.text(0, 0) != "t" {
      if found.text(0, 1) == "t" { throw StorageSchema.foreign(name) }
      guard creates else { throw StorageSchema.missing(name) }
      try Self.make(connection)
    }
    let version = try connection.execute("SELECT version FROM \(StorageSchema.versionTable)")
    try StorageSchema.check(version.text(0, 0).flatMap { Int($0) }, name)
    _ = try connection.execute(
      """
      PREPARE gradus_lock AS SELECT gen_random_uuid(), pg_advisory_xact_lock(\(Self.key), \(Self.table));
      PREPARE gradus_read(bigint) AS SELECT number, line, change FROM gradus_operations WHERE number > $1
        ORDER BY number LIMIT \(Self.page);
      PREPARE gradus_known(bigint) AS SELECT number, change FROM gradus_operations WHERE number >= $1
        ORDER BY number LIMIT 2;
      PREPARE gradus_append(bigint, uuid, text) AS INSERT INTO gradus_operations
        SELECT $1 + place, line, $2 FROM unnest(string_to_array($3, E'\\n')) WITH ORDINALITY AS lines(line, place)
      """)
    return connection
  }

  /// The advisory locks of tables of lines.
  package static let key = 0x67_72_61_64
  package static let table = "'gradus_operations'::regclass::oid::int"

  private static func make(_ connection: PostgresConnection) throws {
    // Two who make the same table at once would fail over each other's.
    _ = try connection.execute(
      """
      BEGIN; SELECT pg_advisory_xact_lock(\(key), 0);
      CREATE TABLE IF NOT EXISTS gradus_operations (number bigint PRIMARY KEY, line text NOT NULL, change uuid NOT NULL);
      CREATE TABLE IF NOT EXISTS \(StorageSchema.versionTable) (version int NOT NULL);
      INSERT INTO \(StorageSchema.versionTable) SELECT \(StorageSchema.version)
        WHERE NOT EXISTS (SELECT 1 FROM \(StorageSchema.versionTable)); COMMIT
      """)
  }

  // MARK: Errors

  func failure(_ error: PostgresError) -> StorageError {
    let cause = address.redacted(error.message)
    switch error.state {
    case "":
      return StorageError("cannot connect to \(name): \(cause); check that the server runs and what the address says")
    case "55P03": return .locked(name, seconds: patience)
    case "53100":
      return StorageError("\(name) cannot grow: \(cause); make room on the disk of the server and try again")
    case "25006", "42501": return StorageError("\(name) may not be written: \(cause); ask its owner for the right")
    default: return StorageError("\(name) cannot be used: \(cause)")
    }
  }

  func gone(_ error: PostgresError) -> StorageError {
    StorageError(
      "\(name) has not answered for \(StorageError.shown(patience)) s: \(address.redacted(error.message)); "
        + "start the server and try again")
  }
}
