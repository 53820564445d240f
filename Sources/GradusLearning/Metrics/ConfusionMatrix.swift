// SPDX-License-Identifier: Apache-2.0

/// How often an observation of one class was taken for another.
///
///     precision = TP/(TP + FP),   recall = TP/(TP + FN),   F₁ = 2TP/(2TP + FP + FN),   0 where 0/0
///
/// Macro averages are over classes that occur, as truth or as answer; micro averages over observations, where precision,
/// recall, F₁ and accuracy are one number as every observation has one class and one answer.
public struct ConfusionMatrix: Sendable, Codable, Hashable {
  public let classCount: Int
  /// Row: the truth; column: the answer.
  public private(set) var counts: [Int]

  public init(classCount: Int) {
    precondition(classCount > 0 && classCount <= 1 << 15, "a matrix of \(classCount) × \(classCount) classes")
    self.classCount = classCount
    counts = [Int](repeating: 0, count: classCount * classCount)
  }

  /// One observation of class `truth` that was taken for `answer`.
  public mutating func add(truth: Int, answer: Int) {
    precondition((0..<classCount).contains(truth) && (0..<classCount).contains(answer), "a class below \(classCount)")
    counts[truth * classCount + answer] += 1
  }

  /// Observations of class `truth` that were taken for `answer`.
  public subscript(truth: Int, answer: Int) -> Int { counts[truth * classCount + answer] }

  /// Observations.
  public var total: Int { counts.reduce(0, +) }
  /// Observations of a class.
  public func occurrences(of k: Int) -> Int { (0..<classCount).reduce(0) { $0 + self[k, $1] } }
  /// Observations that were taken for a class.
  public func answers(_ k: Int) -> Int { (0..<classCount).reduce(0) { $0 + self[$1, k] } }

  /// Σₖ TPₖ/n; NaN without observations. Also micro precision, recall and F₁.
  public var accuracy: Double {
    Double((0..<classCount).reduce(0) { $0 + self[$1, $1] }) / Double(total)
  }

  /// The share of class `k` among what was taken for it; 0 when nothing was.
  public func precision(of k: Int) -> Double { Self.share(self[k, k], answers(k)) }
  /// The share of class `k` that was taken for it; 0 when it does not occur.
  public func recall(of k: Int) -> Double { Self.share(self[k, k], occurrences(of: k)) }
  /// The harmonic mean of precision and recall of class `k`; 0 when it is neither truth nor answer.
  public func f1(of k: Int) -> Double { Self.share(2 * self[k, k], answers(k) + occurrences(of: k)) }

  public var macroPrecision: Double { macro { precision(of: $0) } }
  public var macroRecall: Double { macro { recall(of: $0) } }
  public var macroF1: Double { macro { f1(of: $0) } }

  private func macro(_ measure: (Int) -> Double) -> Double {
    let present = (0..<classCount).filter { occurrences(of: $0) + answers($0) > 0 }
    return present.reduce(0) { $0 + measure($1) } / Double(present.count)
  }

  private static func share(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
}
