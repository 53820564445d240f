// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Benchmark instances beside the repository, with their best known answers.
enum BenchmarkFiles {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data")
  static let isThere = FileManager.default.fileExists(atPath: folder.appending(path: "lp/index.csv").path)
  static let reason: Comment = "the benchmark instances are not at ../shared/data"

  struct Entry: Sendable, CustomTestStringConvertible {
    var name: String
    var path: String
    /// Empty when infeasible or unbounded.
    var best: Double?
    var proof: String
    var testDescription: String { name }
  }

  /// The rows of a family's `index.csv`.
  static func entries(_ family: String) -> [Entry] {
    guard let text = try? String(contentsOf: folder.appending(path: "\(family)/index.csv"), encoding: .utf8) else {
      return []
    }
    let lines = text.split(whereSeparator: \.isNewline).map { fields($0) }
    guard let head = lines.first, let best = head.firstIndex(of: "best_known"), let proof = head.firstIndex(of: "proof")
    else { return [] }
    return lines.dropFirst().map {
      Entry(
        name: $0[0], path: folder.appending(path: "\(family)/\($0[1])").path, best: Double($0[best]), proof: $0[proof])
    }
  }

  /// Comma-separated fields, quotes around those that hold commas.
  private static func fields(_ line: Substring) -> [String] {
    var fields = [""]
    var quoted = false
    for c in line {
      if c == "\"" {
        quoted.toggle()
      } else if c == ",", !quoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(c)
      }
    }
    return fields
  }
}
