// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNative
import Synchronization
import Testing

/// Another process that uses a storage, and programs of others.
enum StorageFixture {
  static let path: String = {
    // Executables lie beside the test bundle, whose program this is.
    let program = URL(fileURLWithPath: LibrarySearch.standard.executable ?? CommandLine.arguments[0])
    return program.deletingLastPathComponent().appendingPathComponent("StorageFixture").path
  }()
  static let isThere = FileManager.default.isExecutableFile(atPath: path)
  static let reason: Comment = "the executable StorageFixture is not beside the tests"

  /// A program that runs. Not Foundation's `Process`: that one waits for the programs that its program has left behind too.
  final class Running: Sendable {
    let child: ChildProcess
    private let folder: ScratchFolder
    private let words: [String]

    init(_ words: [String]) throws {
      folder = try ScratchFolder()
      self.words = words
      child = try ChildProcess(
        executable: "/bin/sh",
        arguments: ["-c", "exec \"$@\" >'\(folder.path("output"))' 2>&1 </dev/null", "sh"] + words)
    }

    /// Waits for its end; all it printed. Records an issue where it failed.
    func end() throws -> String {
      let ending = child.wait(seconds: 200)
      let text = try String(contentsOfFile: folder.path("output"), encoding: .utf8)
      if ending != .exited(0) {
        Issue.record("\(words) has ended with \(ending.map { "\($0)" } ?? "nothing"): \(text)")
      }
      return text
    }
  }

  static func start(_ words: String...) throws -> Running { try Running([path] + words) }

  /// Runs `body` in so many threads and waits for all; the results in their order.
  static func inThreads<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Result) throws
    -> [Result]
  {
    let (group, results) = (DispatchGroup(), SharedResults<Result>(count))
    for k in 0..<count {
      group.enter()
      Thread {
        results.set(k, Swift.Result { try body(k) })
        group.leave()
      }.start()
    }
    group.wait()
    return try results.all()
  }
}

/// Results of threads.
private final class SharedResults<Success: Sendable>: Sendable {
  private let values: Mutex<[Result<Success, any Error>?]>

  init(_ count: Int) { values = Mutex([Result<Success, any Error>?](repeating: nil, count: count)) }

  func set(_ place: Int, _ value: Result<Success, any Error>) { values.withLock { $0[place] = value } }

  func all() throws -> [Success] { try values.withLock { $0 }.compactMap { try $0?.get() } }
}
