// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The .nl and .sif files of the collections beside the repository.
enum NonlinearFiles {
  static let missing: Comment = "needs the benchmark instances in ../shared/data"

  static let paths: [String] = {
    let data = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared/data")
    return ["nl", "sif"].flatMap { family -> [String] in
      let folder = data.appending(path: family).path
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.filter { $0.hasSuffix(".nl") || $0.hasSuffix(".SIF") }.sorted().map { "\(folder)/\($0)" }
    }
  }()

  /// Family and name.
  static func name(_ path: String) -> String { path.split(separator: "/").suffix(2).joined(separator: "/") }
}
