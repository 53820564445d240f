// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusNative
import Synchronization

/// The runs of a folder – records of `gradus solve --record`, logs of `gradus train --log` – and those that are asked over HTTP.
final class RunShelf: Sendable {
  /// One of them.
  enum Run: Sendable {
    case record(RunRecord)
    /// Steps, losses and held-out losses of a training.
    case training([TrainingCurve.Entry])
    case hosted(HostedRun.View)
  }

  private struct Cached {
    var changed: Double
    var size: Int
    var run: Run
  }

  private struct State {
    var cache: [String: Cached] = [:]
    var hosted: [String: HostedRun] = [:]
  }

  /// nil: hosted runs are lost with the process, and there are no others.
  let folder: String?
  private let state = Mutex(State())

  /// Beyond so many runs nobody begins one over HTTP.
  private static let mostHosted = 1000
  private static let hostedEnding = ".asktell"
  /// Larger files are no records.
  private static let largest = 64 << 20

  init(folder: String?) { self.folder = folder }

  /// Names of all runs, in order, with what changes when they do.
  func names() throws -> [(name: String, revision: String)] {
    var found: [(name: String, revision: String)] = []
    if let folder {
      for file in try LineFile.files(in: folder) where Self.isRun(file.name) {
        found.append((Self.name(file.name), "\(file.changed) \(file.size)"))
      }
    }
    let known = Set(found.map(\.name))
    let hosted = state.withLock { $0.hosted }
    for (name, run) in hosted where !known.contains(name) { found.append((name, "\(run.view.revision)")) }
    return found.sorted { $0.name < $1.name }
  }

  /// A run by name.
  func run(_ name: String) throws -> Run {
    if let hosted = try hosted(name) { return .hosted(hosted.view) }
    guard let folder, let file = try LineFile.files(in: folder).first(where: { $0.name == name && Self.isRun(name) })
    else { throw DashboardError.unknown("there is no run '\(name)'; /api/runs lists them") }
    if let known = state.withLock({ $0.cache[name] }), known.changed == file.changed, known.size == file.size {
      return known.run
    }
    let bytes = try AtomicFile.read("\(folder)/\(name)", limit: Self.largest)
    let run: Run =
      name.hasSuffix(".csv")
      ? .training(try TrainingCurve.entries(bytes, of: name)) : .record(try RunRecord(bytes, of: name))
    state.withLock { $0.cache[name] = Cached(changed: file.changed, size: file.size, run: run) }
    return run
  }

  /// Begins a run over HTTP; its name, made where none is given.
  func begin(_ given: String?) throws -> HostedRun {
    if let given, !Self.isName(given) {
      throw DashboardError.malformed("\"name\" must be up to 80 letters, digits and ._- , and begin with no point")
    }
    let known = Set(try names().map(\.name))
    return try state.withLock { state in
      guard state.hosted.count < Self.mostHosted else {
        throw DashboardError(503, "full", "\(Self.mostHosted) runs are served; end some and start the server anew")
      }
      var name = given ?? ""
      var number = known.count
      while name.isEmpty || (given == nil && (known.contains(name) || state.hosted[name] != nil)) {
        number += 1
        name = "run-\(number)"
      }
      guard !known.contains(name), state.hosted[name] == nil else {
        throw DashboardError(409, "exists", "there is a run '\(name)' already; choose another name")
      }
      let run = try HostedRun(name, keptIn: folder.map { "\($0)/\(name)\(Self.hostedEnding)" })
      state.hosted[name] = run
      return run
    }
  }

  /// A run that is asked over HTTP; opened from its file where there is one.
  func hosted(_ name: String) throws -> HostedRun? {
    try state.withLock { state in
      if let known = state.hosted[name] { return known }
      guard let folder, Self.isName(name),
        try LineFile.files(in: folder).contains(where: { $0.name == name + Self.hostedEnding })
      else { return nil }
      let run = try HostedRun(name, goingOnWith: "\(folder)/\(name)\(Self.hostedEnding)")
      state.hosted[name] = run
      return run
    }
  }

  private static func isRun(_ file: String) -> Bool {
    file.hasSuffix(".run") || file.hasSuffix(".csv") || file.hasSuffix(hostedEnding)
  }

  private static func name(_ file: String) -> String {
    file.hasSuffix(hostedEnding) ? String(file.dropLast(hostedEnding.count)) : file
  }

  /// What may be part of a file's name, whatever the system.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 80 && !text.hasPrefix(".")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
