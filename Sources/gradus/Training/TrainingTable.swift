// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// A table of observations as a network learns from it: dense, its features standardized by those that are learned from.
struct TrainingTable {
  let learned: LearningData
  let held: LearningData
  /// What the classes are called; none for regression.
  let classes: [String]
  let featureCount: Int

  init(_ spec: TrainingSpec, memory: Int?) throws {
    guard let format = DataFile.Format(path: spec.data) else {
      throw Failure(
        .usage, "there is no data '\(spec.data)'; choose digits, sentences, or a .csv, .svm or .txt file")
    }
    let table = try DataFile.read(path: spec.data)
    let test = try spec.test.map { path in
      guard DataFile.Format(path: path) != nil else {
        throw Failure(.usage, "\(path) is no table as \(spec.data) is; choose a .csv or .svm file")
      }
      return try DataFile.read(path: path)
    }
    featureCount = max(table.featureCount, format == .svm ? test?.featureCount ?? 0 : 0)
    if let test, let path = spec.test, format == .csv, test.featureCount != table.featureCount {
      throw Failure(
        .unreadable,
        "\(path) has \(Numbers.counted(test.featureCount, "feature")); expected \(table.featureCount), as in \(spec.data)"
      )
    }
    let cells = Double(featureCount) * Double(table.rowCount + (test?.rowCount ?? 0))
    if let memory, 16 * cells > Double(memory) {
      throw Failure(
        .unreadable,
        "\(spec.data): \(Numbers.counted(table.rowCount, "observation")) of \(Numbers.counted(featureCount, "feature")) "
          + "take \(Numbers.bytes(Int(16 * cells))) as a table, and \(Numbers.bytes(memory)) are free; "
          + "leave rare features out, or solve a linear model with 'gradus solve'")
    }
    let share = test == nil ? spec.heldOut ?? 0.2 : 0
    func isHeld(_ i: Int) -> Bool { Int(Double(i + 1) * share + 1e-9) > Int(Double(i) * share + 1e-9) }
    let rows = (0..<table.rowCount).filter { !isHeld($0) }
    let heldRows = test.map { Array(0..<$0.rowCount) } ?? (0..<table.rowCount).filter(isHeld)
    guard rows.count >= 2, !heldRows.isEmpty else {
      throw Failure(
        .unreadable,
        "\(spec.data) has \(Numbers.counted(table.rowCount, "observation")); expected at least 10, or a file as test")
    }
    let other = test ?? table
    let features = Self.dense(table, rows, featureCount)
    let scale = Standardization(of: features, width: featureCount)
    let p = featureCount
    func standardized(_ numbers: [Double]) -> [Float] {
      numbers.enumerated().map { Float(scale.standardized($1, column: $0 % p)) }
    }
    let seen = standardized(Self.dense(other, heldRows, featureCount))
    if try Self.isRegression(spec, table, format) {
      guard case .numbers(let numbers) = table.targets, case .numbers(let others) = other.targets else {
        throw Failure(.unreadable, "\(spec.test ?? spec.data): a target is not a number; a regression learns numbers")
      }
      classes = []
      let targets = rows.map { numbers[$0] }
      learned = try LearningData(features: standardized(features), width: p, numbers: targets)
      held = try LearningData(
        features: seen, width: p, numbers: heldRows.map { others[$0] },
        standardization: Standardization(of: targets, width: 1))
      return
    }
    let names = Self.names(table.targets)
    classes = Self.classes(table.targets)
    guard classes.count >= 2 else {
      throw Failure(
        .unreadable,
        "\(spec.data): all observations have the label \(classes.first ?? ""); a classifier is trained from at least two"
      )
    }
    let place = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
    let otherNames = test.map { Self.names($0.targets) } ?? names
    if let i = heldRows.first(where: { place[otherNames[$0]] == nil }) {
      let list = classes.prefix(8).joined(separator: ", ") + (classes.count > 8 ? ", …" : "")
      throw Failure(
        .unreadable,
        "\(spec.test ?? spec.data): observation \(i + 1) has the label \(otherNames[i]); expected one of \(list), "
          + "which are those of \(spec.data)")
    }
    learned = try LearningData(
      features: standardized(features), width: p, labels: rows.map { place[names[$0]] ?? 0 },
      classCount: classes.count)
    held = try LearningData(
      features: seen, width: p, labels: heldRows.map { place[otherNames[$0]] ?? 0 }, classCount: classes.count)
  }

  private static func isRegression(
    _ spec: TrainingSpec, _ table: DataTable, _ format: DataFile.Format
  ) throws -> Bool {
    switch spec.task {
    case nil: TrainingTask(suggestedBy: table.targets, in: format) == .regression
    case .regression: true
    case .classification: false
    }
  }

  /// Rows one behind the other, zeros included.
  private static func dense(_ table: DataTable, _ rows: [Int], _ width: Int) -> [Double] {
    var numbers = [Double](repeating: 0, count: rows.count * width)
    for (i, row) in rows.enumerated() {
      for k in table.starts[row]..<table.starts[row + 1] {
        numbers[i * width + Int(table.features[k])] = table.values[k]
      }
    }
    return numbers
  }

  /// The label of every row.
  private static func names(_ targets: DataTable.Targets) -> [String] {
    switch targets {
    case .labels(let labels): labels
    case .numbers(let numbers): numbers.map(Self.name)
    }
  }

  /// The labels in increasing order.
  private static func classes(_ targets: DataTable.Targets) -> [String] {
    switch targets {
    case .labels(let labels): Set(labels).sorted()
    case .numbers(let numbers): Set(numbers).sorted().map(Self.name)
    }
  }

  private static func name(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
  }
}
