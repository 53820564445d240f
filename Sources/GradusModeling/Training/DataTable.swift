// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Observations with a target each: n rows of p features, entries that are not stored are zero.
public struct DataTable: Sendable, Hashable {
  /// What a row is to be told from: a number, or a label where one was not a number.
  public enum Targets: Sendable, Hashable {
    case numbers([Double])
    case labels([String])

    /// n.
    public var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .labels(let values): values.count
      }
    }
  }

  /// Row i is `starts[i]..<starts[i + 1]` of `features` and `values`.
  public internal(set) var starts: [Int] = [0]
  /// Feature of each entry from 0, increasing within a row.
  public internal(set) var features: [Int32] = []
  public internal(set) var values: [Double] = []
  /// p.
  public internal(set) var featureCount = 0
  public internal(set) var targets = Targets.numbers([])
  /// One name a feature.
  public internal(set) var featureNames = NameTable.numbered("x", count: 0)

  /// n.
  public var rowCount: Int { starts.count - 1 }

  init() {}

  /// From dense rows of one length. Cost: one pass.
  public init(rows: [[Double]], targets: Targets) {
    precondition(rows.count == targets.count, "\(rows.count) rows and \(targets.count) targets")
    featureCount = rows.first?.count ?? 0
    featureNames = .numbered("x", count: featureCount)
    self.targets = targets
    for row in rows {
      precondition(row.count == featureCount, "a row of \(row.count) features beside one of \(featureCount)")
      append(row)
    }
  }

  mutating func append(_ row: [Double]) {
    for (j, x) in row.enumerated() where x != 0 {
      features.append(Int32(j))
      values.append(x)
    }
    starts.append(values.count)
  }
}
