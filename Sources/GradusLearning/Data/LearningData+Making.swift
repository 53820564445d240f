// SPDX-License-Identifier: Apache-2.0

extension LearningData {
  /// Rows of `width` features, one behind the other, with a class each. Labels are 0 ..< classCount.
  public init(features: [Float], width: Int, labels: [Int32], classCount: Int) throws(LearningDataError) {
    try Self.check(features, width, rows: labels.count)
    try Self.check(labels, below: classCount, uncounted: false)
    self.init(.vectors(features, width: width), .classes(labels), classCount: classCount)
  }

  /// Rows of features with a probability for each class: non-negative, of sum 1 to 10⁻³.
  public init(features: [Float], width: Int, distributions: [Float], classCount: Int) throws(LearningDataError) {
    guard classCount > 0, !distributions.isEmpty, distributions.count % classCount == 0 else {
      throw LearningDataError("\(distributions.count) probabilities", "rows of \(classCount)")
    }
    let rows = distributions.count / classCount
    try Self.check(features, width, rows: rows)
    for row in 0..<rows {
      let q = distributions[row * classCount..<(row + 1) * classCount]
      if let bad = q.first(where: { !($0 >= 0 && $0 <= 1.001) }) {
        throw LearningDataError("row \(row) has the probability \(bad)", "a number from 0 to 1")
      }
      let total = q.reduce(0.0) { $0 + Double($1) }
      guard abs(total - 1) <= 1e-3 else {
        throw LearningDataError("the probabilities of row \(row) have the sum \(total)", "1")
      }
    }
    self.init(.vectors(features, width: width), .distributions(distributions), classCount: classCount)
  }

  /// Rows of features with `outputs` numbers each, for regression.
  ///
  /// The numbers are standardized, by their own means and deviations or by `standardization`, which is how data held out
  /// are put on the scale of those learned from. Metrics are reported in the unit given here all the same.
  public init(
    features: [Float], width: Int, numbers: [Double], outputs: Int = 1, standardization: Standardization? = nil,
    isStandardized: Bool = true
  ) throws(LearningDataError) {
    guard outputs > 0, numbers.count % outputs == 0 else {
      throw LearningDataError("\(numbers.count) numbers to learn", "rows of \(outputs)")
    }
    try Self.check(features, width, rows: numbers.count / outputs)
    let scaling = isStandardized ? standardization ?? Standardization(of: numbers, width: outputs) : nil
    self.init(.vectors(features, width: width), try Self.targets(numbers, outputs, scaling), classCount: 0)
  }

  /// Rows of features to be made again, or told apart by themselves.
  public init(features: [Float], width: Int) throws(LearningDataError) {
    guard width > 0, features.count % width == 0 else {
      throw LearningDataError("\(features.count) features", "rows of \(width)")
    }
    try Self.check(features, width, rows: features.count / width)
    self.init(.vectors(features, width: width), .inputs, classCount: 0)
  }

  /// Windows of a text, in which each token foretells the next. Tokens are 0 ..< vocabulary.
  public init(tokens: [Int32], vocabulary: Int, context: Int) throws(LearningDataError) {
    guard context > 0, tokens.count > context else {
      throw LearningDataError("a text of \(tokens.count) tokens", "more than the context of \(context)")
    }
    if let i = tokens.firstIndex(where: { !(0..<Int32(vocabulary)).contains($0) }) {
      throw LearningDataError("token \(i) is \(tokens[i])", "a number from 0 to \(vocabulary - 1)")
    }
    self.init(.text(tokens, context: context), .nextTokens, classCount: vocabulary)
  }

  /// Sequences of `length` tokens, one behind the other, with a class each or one for every position. A class of −1 does
  /// not count; one of each sequence does.
  public init(
    sequences: [Int32], length: Int, vocabulary: Int, labels: [Int32], classCount: Int
  ) throws(LearningDataError) {
    let rows = try Self.check(sequences, length, vocabulary)
    guard labels.count == rows || labels.count == sequences.count else {
      throw LearningDataError("\(labels.count) labels of \(rows) sequences", "one each, or \(length) each")
    }
    try Self.check(labels, below: classCount, uncounted: true)
    let each = labels.count / rows
    for row in 0..<rows where !labels[row * each..<(row + 1) * each].contains(where: { $0 >= 0 }) {
      throw LearningDataError("no position of row \(row) counts", "at least one class that is not −1")
    }
    self.init(
      .sequences(sequences, length: length, vocabulary: vocabulary), .classes(labels), classCount: classCount)
  }

  /// Sequences of `length` tokens with a number each, standardized as those of rows of features.
  public init(
    sequences: [Int32], length: Int, vocabulary: Int, numbers: [Double], standardization: Standardization? = nil,
    isStandardized: Bool = true
  ) throws(LearningDataError) {
    let rows = try Self.check(sequences, length, vocabulary)
    guard numbers.count == rows else { throw LearningDataError("\(numbers.count) numbers to learn", "\(rows)") }
    let targets = try Self.targets(numbers, 1, isStandardized ? standardization ?? .init(of: numbers, width: 1) : nil)
    self.init(.sequences(sequences, length: length, vocabulary: vocabulary), targets, classCount: 0)
  }

  /// Rows one behind the other, and their width; refuses rows of different widths.
  public static func joined(_ rows: [[Float]]) throws(LearningDataError) -> (features: [Float], width: Int) {
    guard let width = rows.first?.count, width > 0 else {
      throw LearningDataError("no rows, or an empty one", "at least one row of features")
    }
    if let i = rows.firstIndex(where: { $0.count != width }) {
      throw LearningDataError("row \(i) has \(rows[i].count) features", "\(width), as in row 0")
    }
    return (rows.flatMap { $0 }, width)
  }

  private static func check(_ features: [Float], _ width: Int, rows: Int) throws(LearningDataError) {
    guard width > 0, rows > 0, features.count == width * rows else {
      throw LearningDataError("\(features.count) features of \(rows) rows", "rows of \(width) features")
    }
    if let i = features.firstIndex(where: { !$0.isFinite }) {
      throw LearningDataError("feature \(i % width) of row \(i / width) is \(features[i])", "a finite number")
    }
  }

  /// Numbers as the model sees them.
  private static func targets(
    _ numbers: [Double], _ outputs: Int, _ scaling: Standardization?
  ) throws(LearningDataError) -> Targets {
    if let i = numbers.firstIndex(where: { !$0.isFinite }) {
      throw LearningDataError("target \(i % outputs) of row \(i / outputs) is \(numbers[i])", "a finite number")
    }
    if let scaling, scaling.width != outputs {
      throw LearningDataError("a standardization of \(scaling.width) columns", "\(outputs)")
    }
    let seen = numbers.enumerated().map { k, x in Float(scaling?.standardized(x, column: k % outputs) ?? x) }
    if let i = seen.firstIndex(where: { !$0.isFinite }) {
      throw LearningDataError(
        "target \(i % outputs) of row \(i / outputs) is \(numbers[i])", "a number that single precision holds")
    }
    return .numbers(seen, width: outputs, scaling)
  }

  /// The number of sequences.
  private static func check(
    _ sequences: [Int32], _ length: Int, _ vocabulary: Int
  ) throws(LearningDataError) -> Int {
    guard length > 0, !sequences.isEmpty, sequences.count % length == 0 else {
      throw LearningDataError("\(sequences.count) tokens", "sequences of \(length)")
    }
    if let i = sequences.firstIndex(where: { !(0..<Int32(clamping: vocabulary)).contains($0) }) {
      throw LearningDataError(
        "token \(i % length) of row \(i / length) is \(sequences[i])", "a number from 0 to \(vocabulary - 1)")
    }
    return sequences.count / length
  }

  private static func check(
    _ labels: [Int32], below classCount: Int, uncounted: Bool
  ) throws(LearningDataError) {
    let allowed = (uncounted ? -1 : 0)..<max(uncounted ? -1 : 0, Int32(clamping: classCount))
    if let i = labels.firstIndex(where: { !allowed.contains($0) }) {
      throw LearningDataError("the label of row \(i) is \(labels[i])", "a class from 0 to \(classCount - 1)")
    }
  }
}
