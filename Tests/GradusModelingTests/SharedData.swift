// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The benchmark instances beside the repository, which are read in place.
enum SharedData {
  static let reason: String = "needs the benchmark instances in ../shared/data"

  static let root: URL = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/data")

  static var isThere: Bool { FileManager.default.fileExists(atPath: root.appending(path: "lp/index.csv").path) }

  /// Rows of `index.csv` of a family, by column name.
  static func index(_ family: String) -> [[String: String]] {
    guard let text = try? String(contentsOf: root.appending(path: "\(family)/index.csv"), encoding: .utf8) else {
      return []
    }
    var lines = text.split(separator: "\n").map(cells)
    guard !lines.isEmpty else { return [] }
    let header = lines.removeFirst()
    return lines.map { Dictionary(zip(header, $0), uniquingKeysWith: { a, _ in a }) }
  }

  /// The paths of all models of the linear families.
  static var models: [String] {
    ["lp", "mip", "qp"].flatMap { family in
      index(family).compactMap { $0["file"].map { "\(family)/\($0)" } }
    }
  }

  /// The rows of the index of `.nl` files.
  static var nonlinear: [[String: String]] { index("nl") }

  static func path(_ relative: String) -> String { root.appending(path: relative).path }

  private static func cells(_ line: Substring) -> [String] {
    var result = [""]
    var isQuoted = false
    for c in line {
      if c == "\"" {
        isQuoted.toggle()
      } else if c == "," && !isQuoted {
        result.append("")
      } else {
        result[result.count - 1].append(c)
      }
    }
    return result
  }
}
