// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNative
import Testing

/// The built command as a process on real files.
struct CommandRunner {
  struct Ending {
    var code: Int32
    var out: String
    var error: String

    func json(_ location: SourceLocation = #_sourceLocation) -> JSONValue {
      do { return try JSONValue(parsing: out) } catch {
        Issue.record("standard output is not JSON: \(error)\n\(out.prefix(300))", sourceLocation: location)
        return .null
      }
    }
  }

  static var path: String {
    let program = URL(fileURLWithPath: LibrarySearch.standard.executable ?? CommandLine.arguments[0])
    return program.deletingLastPathComponent().appendingPathComponent("gradus").path
  }

  static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  static func example(_ name: String) -> String { root.appendingPathComponent("Examples/\(name)").path }

  static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: path) }
  static var hasHighs: Bool { (try? Highs()) != nil }

  static let notBuilt: Comment = "the executable gradus is not beside the tests"
  static let noHighs: Comment = "HiGHS is not installed; 'gradus doctor' says how"

  /// Runs the command to its end. Output goes through files, so that nothing can block.
  static func run(
    _ arguments: [String], input: String = "", environment: [String: String]? = nil, program: String = path
  ) throws -> Ending {
    let process = try start(arguments, input: input, environment: environment, program: program)
    return try process.ending()
  }

  static func start(
    _ arguments: [String], input: String = "", environment: [String: String]? = nil, program: String = path
  ) throws -> RunningCommand {
    let folder = try Scratch.folder()
    try Data(input.utf8).write(to: folder.appendingPathComponent("in"))
    for name in ["out", "err"] { try Data().write(to: folder.appendingPathComponent(name)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment ?? ProcessInfo.processInfo.environment
    process.standardInput = try FileHandle(forReadingFrom: folder.appendingPathComponent("in"))
    process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("out"))
    process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("err"))
    try process.run()
    return RunningCommand(process: process, folder: folder)
  }
}

/// A command at work.
struct RunningCommand {
  let process: Process
  let folder: URL

  func ending() throws -> CommandRunner.Ending {
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }
    let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    let ending = CommandRunner.Ending(code: code, out: try text("out"), error: try text("err"))
    try FileManager.default.removeItem(at: folder)
    return ending
  }
}

/// Folders and files that tests write.
enum Scratch {
  static func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("gradus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  static func file(_ name: String, _ content: Data) throws -> String {
    let url = try folder().appendingPathComponent(name)
    try content.write(to: url)
    return url.path
  }

  static func file(_ name: String, _ text: String) throws -> String { try file(name, Data(text.utf8)) }
}
