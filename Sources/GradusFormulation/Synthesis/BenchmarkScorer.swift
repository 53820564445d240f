// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// A number that an answer must give: the optimum or the value of a variable.
public struct BenchmarkQuantity: Sendable, Hashable, Codable {
  /// The name of the optimum, which no variable may have.
  public static let optimum = "=optimum"

  public var name: String
  public var value: Double

  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

/// What a candidate got for one item.
public struct BenchmarkScore: Sendable, Hashable, Codable {
  public var id: String
  public var category: String
  /// Every quantity is right.
  public var isCorrect: Bool
  /// The program was read and solved: there is an optimum.
  public var hasRun: Bool
  /// `make[bread]: 3 where 4 is published`, or why there is no answer; empty where all is right. Published answers may be wrong:
  /// these are for reading.
  public var disagreements: [String]
  /// Tokens or another price of getting the candidate; 0 where none is told.
  public var cost: Double
}

/// Runs candidate programs and compares every quantity that is asked for.
///
///     correct iff |found − published| ≤ tolerance·max(1, |published|) for the optimum and every named variable
///
/// Source: Yang et al., "OptiBench Meets ReSocratic" (2024), section 3.
public struct BenchmarkScorer: Sendable {
  public var executor: ModelExecutor
  public var tolerance: Double

  /// `timeLimit`: seconds for one candidate.
  public init(timeLimit: Double = 10, tolerance: Double = 1e-4) {
    executor = ModelExecutor(timeLimit: timeLimit)
    self.tolerance = tolerance
  }

  /// The score of a program for an item. Throws what `ModelExecutor` throws. Cost: one solve.
  public func score(_ item: SynthesizedItem, program: String, cost: Double = 0) async throws -> BenchmarkScore {
    let execution = try await executor.run(program)
    return score(item, execution, cost: cost)
  }

  /// The score of what a program gave.
  public func score(_ item: SynthesizedItem, _ execution: ModelExecution, cost: Double = 0) -> BenchmarkScore {
    var score = BenchmarkScore(
      id: item.id, category: item.category, isCorrect: false, hasRun: execution.hasOptimum, disagreements: [],
      cost: cost)
    guard execution.hasOptimum else {
      score.disagreements = [execution.message ?? "the model is \(execution.status?.rawValue ?? "not solved")"]
      return score
    }
    for quantity in item.quantities {
      let isOptimum = quantity.name == BenchmarkQuantity.optimum
      let name = isOptimum ? "optimum" : quantity.name
      guard let found = isOptimum ? execution.objective : execution.values[quantity.name] else {
        score.disagreements.append("\(name): nothing where \(quantity.value) is published")
        continue
      }
      // Written so that NaN on either side is a disagreement.
      if !(abs(found - quantity.value) <= tolerance * max(1, abs(quantity.value))) {
        score.disagreements.append("\(name): \(found) where \(quantity.value) is published")
      }
    }
    score.isCorrect = score.disagreements.isEmpty
    return score
  }
}

/// What many scores say together.
public struct BenchmarkReport: Sendable, Hashable, Codable {
  /// One category, or all of them.
  public struct Line: Sendable, Hashable, Codable {
    public var category: String
    /// The share of right answers.
    public var accuracy: WilsonInterval
    /// The share of programs that gave an optimum.
    public var passRate: WilsonInterval
  }

  public var overall: Line
  /// By name.
  public var categories: [Line]
  /// The mean of the costs.
  public var cost: Double
  /// Scores that are not right, in their order: for reading.
  public var disagreements: [BenchmarkScore]

  public init(_ scores: [BenchmarkScore]) {
    func line(_ category: String, _ scores: [BenchmarkScore]) -> Line {
      Line(
        category: category, accuracy: WilsonInterval(scores.count { $0.isCorrect }, of: scores.count),
        passRate: WilsonInterval(scores.count { $0.hasRun }, of: scores.count))
    }
    overall = line("all", scores)
    categories = Set(scores.map(\.category)).sorted().map { name in line(name, scores.filter { $0.category == name }) }
    cost = scores.isEmpty ? 0 : scores.reduce(0) { $0 + $1.cost } / Double(scores.count)
    disagreements = scores.filter { !$0.isCorrect }
  }
}
