// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusNative
import GradusStudy

/// What a run tells about itself while it works: a file of lines of JSON, schema `gradus.run/1`.
///
///     {"schema": "gradus.run/1", "name": "afiro", "method": "highs", "seed": 0, "began": "2026-01-01T10:00:00", "process": {…}}
///     {"seconds": 0.5, "answers": 12, "value": −464.7, "bound": −470.1, "measure": 0.01}
///     {"ended": "2026-01-01T10:00:02", "status": "optimal", "objective": −464.75, "bound": −464.75, "stopped": "…", "seconds": 2.1}
///
/// Members that are not known are absent. A line that somebody was killed over is left out.
package struct RunRecord: Sendable {
  /// How a run ended.
  package struct Ending: Sendable {
    package var status: String
    package var objective: Double?
    package var bound: Double?
    package var stopped: String
    package var seconds: Double
    package var answers: Int
  }

  package var name: String
  package var method: String
  package var seed: String
  package var began: String
  package var settings: [JSONValue.Member] = []
  package var samples: [History.Sample] = []
  package var ending: Ending?
  /// The process that makes it; nil where nobody said.
  package var process: ProcessIdentity?
  /// A host other than this one cannot be looked at.
  package var host: String

  package static let schema = "gradus.run/1"

  /// Reads a file's lines. Throws `FileFailure` where the first one is no header of a run.
  package init(_ bytes: [UInt8], of path: String) throws(FileFailure) {
    var lines = bytes.split(separator: 0x0A)
    if bytes.last != 0x0A, !lines.isEmpty { lines.removeLast() }
    guard let first = lines.first, let head = try? JSONValue(parsing: Array(first)), head["schema"]?.text == Self.schema
    else { throw FileFailure(path: path, action: "read", cause: "it is no record of a run") }
    name = head["name"]?.text ?? ""
    method = head["method"]?.text ?? ""
    seed = head["seed"]?.description ?? ""
    began = head["began"]?.text ?? ""
    settings = head["settings"]?.members ?? []
    host = head["host"]?.text ?? ""
    if let process = head["process"], let number = process["pid"]?.whole.flatMap({ Int32(exactly: $0) }) {
      self.process = ProcessIdentity(
        place: process["place"]?.text ?? "", number: number, began: process["began"]?.text ?? "")
    }
    for line in lines.dropFirst() {
      guard let entry = try? JSONValue(parsing: Array(line)) else { continue }
      if entry["ended"] != nil {
        ending = Ending(
          status: entry["status"]?.text ?? "", objective: entry["objective"]?.double, bound: entry["bound"]?.double,
          stopped: entry["stopped"]?.text ?? "", seconds: entry["seconds"]?.double ?? 0,
          answers: entry["answers"]?.whole ?? 0)
        continue
      }
      guard let seconds = entry["seconds"]?.double else { continue }
      samples.append(
        History.Sample(
          seconds: seconds, answers: entry["answers"]?.whole ?? 0, value: entry["value"]?.double,
          bound: entry["bound"]?.double, measure: entry["measure"]?.double, isInterim: entry["interim"] == true))
    }
  }

  /// `running`, how it ended, or that its process is gone.
  package var state: String {
    if let ending { return ending.status }
    if let process, process.place == ProcessIdentity.own.place, process.isGone { return "gone" }
    return "running"
  }

  package var isRunning: Bool { state == "running" }
}
