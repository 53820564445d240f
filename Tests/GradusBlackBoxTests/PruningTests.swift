// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusNumerics
import Testing

/// A rule that can be asked inside of an expectation.
private final class Judge<Rule: PruningRule> {
  var rule: Rule
  init(_ rule: Rule) { self.rule = rule }
  func report(id: Int, step: Int, value: Double) -> Bool { rule.report(id: id, step: step, value: value) }
}

/// Rules that stop trials while they run.
@Suite struct PruningTests {
  /// Trial i ends at i; all fall alike. Returns who is stopped at which step.
  private func race(_ rule: some PruningRule, trials: [Int], steps: Int) -> [Int: Int] {
    var (rule, stopped) = (rule, [Int: Int]())
    for i in trials {
      for step in 1...steps {
        if rule.report(id: i, step: step, value: Double(i) + 10 / Double(step)) {
          stopped[i] = step
          break
        }
      }
    }
    return stopped
  }

  @Test func `a trial worse than the median of the others is stopped`() {
    let stopped = race(MedianPruning(trials: 3, warmup: 4), trials: Array(0..<10), steps: 8)
    #expect(stopped[0] == nil && stopped[1] == nil && stopped[2] == nil, "nobody is stopped before three others came")
    #expect((3..<10).allSatisfy { stopped[$0] == 4 }, "each is worse than all before, at the first step after warm-up")
    #expect(race(MedianPruning(trials: 3), trials: Array((0..<10).reversed()), steps: 8).isEmpty, "each is the best")
  }

  @Test func `the best value of a trial counts, not its last`() {
    let rule = Judge(MedianPruning(trials: 2))
    for id in 0..<2 { for step in 0..<2 { #expect(!rule.report(id: id, step: step, value: 5)) } }
    #expect(!rule.report(id: 2, step: 0, value: 1))
    #expect(!rule.report(id: 2, step: 1, value: 9))
    #expect(rule.report(id: 3, step: 0, value: 9))
  }

  @Test func `one in so many passes a rung`() {
    var rule = AsynchronousHalving(first: 1, ratio: 4)
    var random = RandomStream(seed: 1)
    var lengths: [Int: Int] = [:]
    let quality = (0..<400).map { _ in random.uniform() }
    for id in 0..<400 {
      for step in 1...64 {
        lengths[id] = step
        if rule.report(id: id, step: step, value: quality[id] + 1 / Double(step)) { break }
      }
    }
    let reached = { (step: Int) in lengths.values.count { $0 > step } }
    #expect((85...130).contains(reached(1)), "a quarter, and a few early ones: \(reached(1))")
    #expect((18...45).contains(reached(4)), "a sixteenth, and a few early ones: \(reached(4))")
    let best = quality.indices.sorted { quality[$0] < quality[$1] }.prefix(5)
    #expect(best.allSatisfy { lengths[$0] == 64 }, "the best are never stopped")
  }

  @Test func `steps may be left out, and what is no number is stopped`() {
    let rule = Judge(AsynchronousHalving(first: 1, ratio: 2))
    #expect(!rule.report(id: 0, step: 8, value: 1), "the first to come through all rungs at once")
    #expect(rule.report(id: 1, step: 100, value: 2))
    #expect(!rule.report(id: 2, step: 100, value: 0))
    #expect(rule.report(id: 3, step: 1, value: .nan))
    let median = Judge(MedianPruning())
    #expect(median.report(id: 3, step: 1, value: .nan))
    #expect(!median.report(id: 4, step: .max, value: -.infinity))
    #expect(!rule.report(id: 5, step: .max, value: -.infinity), "rungs end where numbers do")
  }

  @Test func `a rule that is saved decides alike`() throws {
    let rule = Judge(AsynchronousHalving(first: 2, ratio: 3))
    let other = Judge(MedianPruning(trials: 2))
    var random = RandomStream(seed: 2)
    for id in 0..<20 {
      _ = rule.report(id: id, step: 2, value: random.uniform())
      _ = other.report(id: id, step: 2, value: random.uniform())
    }
    let again = Judge(try JSONDecoder().decode(AsynchronousHalving.self, from: JSONEncoder().encode(rule.rule)))
    let alike = Judge(try JSONDecoder().decode(MedianPruning.self, from: JSONEncoder().encode(other.rule)))
    for id in 20..<60 {
      let value = random.uniform()
      #expect(rule.report(id: id, step: 6, value: value) == again.report(id: id, step: 6, value: value))
      #expect(other.report(id: id, step: 2, value: value) == alike.report(id: id, step: 2, value: value))
    }
  }
}
