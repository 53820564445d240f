// SPDX-License-Identifier: Apache-2.0

/// What the tables of databases have in common: `gradus_operations` with the lines, and `gradus_storage` with one row, the version
/// of the layout.
enum StorageSchema {
  static let version = 1
  static let versionTable = "gradus_storage"

  /// `found`: what the version table holds.
  static func check(_ found: Int?, _ name: String) throws(StorageError) {
    guard let found else { throw StorageError("\(name) has lost the version of its layout; restore the database") }
    guard found <= version else {
      throw StorageError(
        "\(name) has layout \(found) and this version of gradus reads layouts up to \(version); use a newer gradus")
    }
  }

  static func missing(_ name: String) -> StorageError {
    StorageError("\(name) holds no studies of gradus; check its name, or begin a study there with 'gradus tune'")
  }

  static func foreign(_ name: String) -> StorageError {
    StorageError(
      "\(name) is a relational storage of optuna; copy its studies to a journal with optuna.copy_study and open that, "
        + "or name another database")
  }
}
