// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNative
import Synchronization

import GradusStudy

/// A PostgreSQL server of the tests' own, on a socket in a temporary folder. It ends with this process, however that ends: a shell
/// waits for the end of its input and stops it.
final class PostgresServer: Sendable {
  let folder: String
  private let keeper: ChildProcess
  private let places = Atomic(0)

  /// For everything that leaves the server alone; it starts once, with whoever needs it first.
  static let shared = Result<PostgresServer, any Error> { try PostgresServer() }
  static let isInstalled = programs != nil && (try? LibPQ()) != nil

  /// The folder of `initdb` and its kin, newest version first.
  private static let programs: String? = {
    var folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { String($0) }
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
      let versions = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
      folders =
        versions.sorted { $0.compare($1, options: .numeric) == .orderedDescending }.map { "\(parent)/\($0)/bin" }
        + folders
    }
    return folders.first { folder in
      ["initdb", "pg_ctl", "postgres"].allSatisfy { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
    }
  }()

  /// The server refuses to run as root.
  private static let identity = """
    user=$(id -un)
    as() { "$@"; }
    if [ "$(id -u)" = 0 ]; then
      user=postgres; id -u $user >/dev/null 2>&1 || user=nobody
      as() { setpriv --reuid=$user --regid="$(id -g $user)" --clear-groups "$@"; }
    fi

    """

  /// Not synchronized with the disk: the tests crash servers, not machines.
  private static let script =
    identity + """
      cd "$1" && mkdir data || exit 1
      trap 'cd / && rm -rf "$1"' EXIT
      chown $user . data
      as "$2/initdb" -D data -U postgres -A trust -E UTF8 --locale=C -N --wal-segsize=1 >"$1.log" 2>&1 || exit 1
      cat >>data/postgresql.conf <<END
      listen_addresses = ''
      unix_socket_directories = '$1'
      fsync = off
      max_connections = 60
      shared_buffers = 16MB
      END
      as "$2/pg_ctl" -D data -l server.log -w start >/dev/null 2>&1 || { cp server.log "$1.log"; exit 1; }
      touch ready
      cat >/dev/null
      rm -f "$1.log"
      as "$2/pg_ctl" -D data -m immediate stop >/dev/null 2>&1
      """

  init() throws {
    guard let programs = Self.programs else { throw StorageError("no PostgreSQL server is installed") }
    // Short, because the path of a socket is.
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-" + UUID().uuidString.prefix(8)).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // A session of its own: whoever ends the tests' group of processes leaves it time to clean up.
    let session = FileManager.default.isExecutableFile(atPath: "/usr/bin/setsid") ? ["/usr/bin/setsid"] : []
    let words = session + ["/bin/sh", "-c", Self.script, "sh", folder, programs]
    keeper = try ChildProcess(executable: words[0], arguments: Array(words.dropFirst()))
    let ready = folder + "/ready"
    let deadline = MonotonicTime.now + 60
    while !FileManager.default.fileExists(atPath: ready) {
      guard keeper.wait(seconds: 0.02) == nil, MonotonicTime.now < deadline else {
        let log = (try? String(contentsOfFile: folder + ".log", encoding: .utf8)) ?? ""
        throw StorageError("the PostgreSQL server does not start: \(log.suffix(1000))")
      }
    }
  }

  deinit {
    shutdown(keeper.channel.descriptor, Int32(SHUT_RDWR))
    _ = keeper.wait(seconds: 60)
  }

  /// A place for one storage: a schema of its own.
  func place() throws -> String {
    let name = "s\(places.add(1, ordering: .relaxed).newValue)"
    _ = try connection().execute("CREATE SCHEMA \(name)")
    return address(schema: name)
  }

  func address(schema: String, port: Int = 5432) -> String {
    "postgresql://postgres@:\(port)/postgres?host=\(folder)&options=-csearch_path%3D\(schema)"
  }

  func connection() throws -> PostgresConnection {
    try PostgresConnection(LibPQ(), url: address(schema: "public"), settings: [])
  }

  /// Crashes the server and starts it again.
  func crash() throws {
    _ = try run((Self.programs ?? "") + "/pg_ctl", "-D", "data", "-l", "server.log", "-m", "immediate", "-w", "restart")
  }

  /// Runs a program in the folder as the server's user; what it printed.
  func run(_ words: String...) throws -> String {
    let script = Self.identity + "cd \"$1\" && shift && as \"$@\""
    return try StorageFixture.Running(["/bin/sh", "-c", script, "sh", folder] + words).end()
  }
}
