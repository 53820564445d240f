// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Values made by `Tests/GoldenTests/Reference/learning_metrics.py`.
struct LearningGolden: Decodable {
  struct Classes: Decodable {
    var classCount: Int
    var scores: [Double]
    var labels: [Int32]
    var confusion: [Int]
  }
  struct Regression: Decodable {
    var outputs: Int
    var targets: [Double]
    var predictions: [Double]
  }
  struct Ranks: Decodable {
    var x: [Double]
    var y: [Double]
    var yes: [Bool]
    var spearman: Double
    var kendall: Double
    var auc: Double
  }
  struct Losses: Decodable {
    var rows: Int
    var columns: Int
    var scores: [Double]
    var labels: [Int32]
    var groups: [Int32]
    var distributions: [Double]
    var weights: [Double]
    var numbers: [Double]
    var answers: [Double]
    var levels: [Double]
  }

  var classes: [Classes]
  var regression: [Regression]
  var ranks: [Ranks]
  var losses: Losses

  static let data: Data? = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try? Data(contentsOf: tests.appending(path: "GoldenTests/Golden/learning-metrics.json"))
  }()

  static let values: LearningGolden? = data.flatMap { try? JSONDecoder().decode(LearningGolden.self, from: $0) }

  /// The numbers of entry `index` of a list, by name.
  static func numbers(_ list: String, _ index: Int) -> [String: Double] {
    let all = data.flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
    let entry = (all?[list] as? [[String: Any]])?[index] ?? (all?[list] as? [String: Any]) ?? [:]
    return entry.compactMapValues { $0 as? Double }
  }
}
