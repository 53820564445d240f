// SPDX-License-Identifier: Apache-2.0
public import GradusModeling
public import GradusNumerics

/// Statements of instance families in turn, whose complexity S lies in a range.
///
///     size  uniform between those that `InstanceTuner` finds for both ends of the range
///     S outside of the range: drawn again, at most `attempts` times
///
/// **Reference** H. Lu et al., *OptMATH*, arXiv 2502.11102, where a language model changes the parameters of the generator.
public struct InstanceSource: SynthesisSource {
  /// Draws for one statement.
  public static let attempts = 30

  private struct Sized: Sendable {
    var family: any InstanceFamily
    var sizes: ClosedRange<Int>
  }

  /// S of every statement.
  public let complexity: ClosedRange<Double>
  /// From 0, where a statement is solved at once, to 1; uniform in the range.
  public let difficulty: ClosedRange<Double>
  private let families: [Sized]
  private let tuner = InstanceTuner(draws: 2)

  /// Throws `ReadError` where a family states what is no model. Cost: at most 56 statements a family, which are read and not solved.
  public init(
    _ families: [any InstanceFamily], complexity: ClosedRange<Double>, difficulty: ClosedRange<Double> = 0...1,
    _ stream: RandomStream
  ) throws(ReadError) {
    self.complexity = complexity
    self.difficulty = difficulty
    var found: [Sized] = []
    let middle = (difficulty.lowerBound + difficulty.upperBound) / 2
    for (k, family) in families.enumerated() {
      var own = stream.child("sizes", k)
      let small = try tuner.tuned(family, target: complexity.lowerBound, difficulty: middle, &own).size
      let large = try tuner.tuned(family, target: complexity.upperBound, difficulty: middle, &own).size
      found.append(Sized(family: family, sizes: min(small, large)...max(small, large)))
    }
    self.families = found
  }

  public func family(_ number: Int) -> String {
    families.isEmpty ? "" : families[number % families.count].family.name
  }

  public func draw(_ number: Int, _ stream: RandomStream) async throws -> SynthesisDraw? {
    guard !families.isEmpty else { return nil }
    let (family, sizes) = (families[number % families.count].family, families[number % families.count].sizes)
    for attempt in 0..<Self.attempts {
      var own = stream.child("attempt", attempt)
      let size = sizes.lowerBound + own.integer(below: sizes.count)
      let hardness = own.uniform(difficulty.lowerBound, difficulty.upperBound)
      let statement = family.statement(size: size, difficulty: hardness, &own)
      let score = try tuner.complexity(statement)
      guard complexity.contains(score) else { continue }
      return SynthesisDraw(statement, words: family.words(statement, &own), complexity: score)
    }
    return nil
  }
}
