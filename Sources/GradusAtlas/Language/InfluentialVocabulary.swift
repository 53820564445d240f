// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// A simulated classifier of which few words of a large vocabulary change the logit of the right answer:
///
///     logit of place i = Σ_v (w_v + d_iv) + Σ_pairs c_vu,   v, u the different words of the prompt
///
/// Of 100 words one has w ~ |N(0, 1)|, one −|N(0, 1)|, and 98 have none; of the pairs of such words one in five has c ~ 0.5·N(0, 1). Places differ by d ~ `noise`·N(0, 1) for every word. The score is the logit; what counts is its expectation.
struct InfluentialVocabulary: WorkflowOracle {
  let words: [String]
  let weights: [Double]
  private let pairs: [Int: Double]
  private let deviations: [[Double]]
  private let index: [String: Int]

  static let places = 32

  init(count: Int, noise: Double = 0.3, random: RandomStream) {
    words = (0..<count).map { "t\($0)" }
    var stream = random.child("weights")
    let order = stream.permutation(count)
    let half = max(1, count / 100)
    var weights = [Double](repeating: 0, count: count)
    for k in 0..<2 * half {
      let size = abs(stream.normal())
      weights[order[k]] = k < half ? size : -size
    }
    var pairs: [Int: Double] = [:]
    let active = order.prefix(2 * half)
    for a in active {
      for b in active where a < b && stream.uniform() < 0.2 { pairs[a * count + b] = 0.5 * stream.normal() }
    }
    var draws = random.child("places")
    deviations = (0..<Self.places).map { _ in (0..<count).map { _ in noise * draws.normal() } }
    index = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($0.element, $0.offset) })
    (self.weights, self.pairs) = (weights, pairs)
  }

  /// Words with a positive weight.
  var helpful: [Int] { weights.indices.filter { weights[$0] > 0 } }

  var program: LanguageProgram {
    get throws {
      LanguageProgram(
        [try WorkflowParameter("prompt", .text(limit: 1000), start: .text("Answer:"))], selectionCount: Self.places)
    }
  }

  private func known(_ prompt: String) -> [Int] {
    Set(prompt.split(separator: " ").compactMap { index[String($0)] }).sorted()
  }

  /// The expectation of the logit.
  func reward(_ prompt: String) -> Double { reward(known(prompt)) }

  private func reward(_ known: [Int]) -> Double {
    var total = 0.0
    for (k, a) in known.enumerated() {
      total += weights[a]
      for b in known[(k + 1)...] { total += pairs[a * words.count + b] ?? 0 }
    }
    return total
  }

  func run(
    _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    let known = known(assignment["prompt"]?.text ?? "")
    let mean = reward(known)
    return WorkflowOutcome(scores: items.map { item in known.reduce(mean) { $0 + deviations[item.index][$1] } })
  }

  func report(
    _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
  ) async throws -> WorkflowOutcome { WorkflowOutcome(scores: []) }

  func advise(_ prompt: String, stream: RandomStream) async throws -> Completion { Completion(text: "") }
}
