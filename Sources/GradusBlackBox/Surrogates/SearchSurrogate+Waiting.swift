// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension SearchSurrogate {
  /// The processes under draws of what the points that wait will answer, all of them at once: a draw and its mirror image in
  /// turn, so that means over an even number of draws are exact where values enter linearly.
  func fantasized(
    draws count: Int, random: RandomStream
  ) -> (objectives: [FantasizedProcess], constraints: [FantasizedProcess]) {
    var random = random
    let waiting = waiting.count
    func draws() -> [[Double]] {
      var found: [[Double]] = []
      for s in 0..<count {
        if s % 2 == 1, let last = found.last {
          found.append(last.map { -$0 })
        } else {
          found.append((0..<waiting).map { _ in random.normal() })
        }
      }
      return found
    }
    return (
      objectives.map { FantasizedProcess($0, draws: draws()) },
      constraints.map { FantasizedProcess($0, draws: draws()) }
    )
  }

  /// The promise of one point more while others wait, for the expected improvement.
  func improvement(_ draws: Int, onHeard: Bool, random: RandomStream) -> FantasizedImprovement {
    let drawn = fantasized(draws: draws, random: random)
    let bests = (0..<draws).map { s in best(draw: s, drawn.objectives[0], drawn.constraints, onHeard: onHeard) }
    let known = bests.compactMap { $0 }
    return FantasizedImprovement(
      drawn.objectives[0], bests: best == nil || known.isEmpty ? nil : known, constraints: drawn.constraints)
  }

  /// What would be known after each of some draws.
  func afterAnswers(_ draws: Int, random: RandomStream) -> [SearchSurrogate] {
    let drawn = fantasized(draws: draws, random: random)
    return (0..<draws).map { s in
      after(drawn.objectives.map { $0.process(s) }, drawn.constraints.map { $0.process(s) }) {
        best(draw: s, drawn.objectives[0], drawn.constraints, onHeard: false)
      }
    }
  }

  /// y⁺ in a draw; that of the answers alone where no waiting point keeps the constraints.
  private func best(
    draw s: Int, _ objective: FantasizedProcess, _ constraints: [FantasizedProcess], onHeard: Bool
  ) -> Double? {
    let answers = objective.answers[s]
    let kept = answers.indices.filter { k in constraints.allSatisfy { $0.answers[s][k] <= 0 } }
    if isNoisy, !onHeard {
      let means = objective.process(s).fittedMeans
      let known = means.count - answers.count
      return (feasible.map { means[$0] } + kept.map { means[known + $0] }).min()
    }
    return ([onHeard ? leastHeard : best].compactMap { $0 } + kept.map { answers[$0] }).min()
  }
}
