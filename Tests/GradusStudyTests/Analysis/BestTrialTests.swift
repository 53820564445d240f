// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

import GradusStudy

@Suite struct BestTrialTests {
  typealias Fixture = StudyFixture

  @Test func theBestCompleteTrialThatKeepsItsConstraints() {
    let trials = [
      Fixture.trial([3]), Fixture.trial([-9], state: .pruned), Fixture.trial([-8], state: .failed),
      Fixture.trial([.nan]),
      Fixture.trial([1], constraints: [0, 0.001]), Fixture.trial([2], constraints: [0, -1]), Fixture.trial([2]),
      Fixture.trial([1.5], constraints: [.nan]), Fixture.trial([], state: .running), Fixture.trial([], state: .waiting),
    ]
    let down = Fixture.study(trials, [.minimize])
    #expect(down.best == [5])
    #expect(Fixture.study(trials, [.maximize]).best == [0])
    let so = down.bestSoFar()
    #expect(so.map { $0.isNaN ? -1 : $0 } == [3, 3, 3, 3, 3, 2, 2, 2, 2, 2])
    #expect(Fixture.study([], [.minimize]).best.isEmpty)
    #expect(Fixture.study(Array(trials[1...4]), [.minimize]).best.isEmpty)
    // An infinite value is one.
    #expect(Fixture.study([Fixture.trial([.infinity])], [.minimize]).best == [0])
    let summary = StudySummary(down)
    #expect(summary.count(.complete) == 6 && summary.count(.waiting) == 1 && summary.best == [5])
  }

  @Test func constraintsOfBothKinds() {
    var draft = Fixture.trial([1], constraints: [-1])
    draft.systemAttributes += [.init("constraints:latency", 0.5), .init("constraintsNot", 7)]
    let study = Fixture.study([draft], [.minimize])
    #expect(study.trials.first?.constraints == [-1, 0.5])
    #expect(study.best.isEmpty)
  }

  /// Against the definition, in both directions and with equal points.
  @Test(arguments: [2, 3]) func theFront(_ m: Int) {
    var random = RandomStream(seed: 4)
    let directions = (0..<m).map { $0 == 1 ? ObjectiveDirection.maximize : .minimize }
    let trials = (0..<200).map { _ in
      // What is good in one objective is bad in the next.
      let first = Double(random.integer(below: 30))
      let values = [first, first + Double(random.integer(below: 6)), Double(random.integer(below: 5))]
      return Fixture.trial(
        Array(values.prefix(m)), state: random.integer(below: 5) == 0 ? .pruned : .complete,
        constraints: random.integer(below: 4) == 0 ? [1] : nil)
    }
    let study = Fixture.study(trials, directions)
    let candidates = study.trials.filter { $0.isCandidate(objectives: m) }
    let front = candidates.filter { a in
      !candidates.contains { b in
        let pairs = zip(zip(a.values, b.values), directions).map { ($0.0 * $1.sign, $0.1 * $1.sign) }
        return pairs.allSatisfy { $0.1 <= $0.0 } && pairs.contains { $0.1 < $0.0 }
      }
    }
    #expect(study.best == front.map(\.number))
    #expect(front.count > 2 && front.count < 100)
  }

  @Test func columnsJoinRanges() {
    let old = ParameterDistribution.float(low: 0.1, high: 1, isLog: true)
    let new = ParameterDistribution.float(low: 0.01, high: 0.5, isLog: true)
    let kind = ParameterDistribution.categorical(["a", "b"])
    let study = Fixture.study(
      [
        Fixture.trial([1], [.init("r", 0.2, old)]), Fixture.trial([1], [.init("k", 1, kind), .init("r", 0.02, new)]),
      ])
    let columns = StudyColumns(study)
    #expect(columns.names == ["r", "k"])
    #expect(columns.distributions == [.float(low: 0.01, high: 1, isLog: true), kind])
    #expect(columns.numbers(of: study.trials[1]) == [0.02, 1])
    #expect(columns.values(of: study.trials[0], in: study) == [0.2, nil])
  }

  @Test func numbersOfValues() {
    let step = ParameterDistribution.float(low: 0, high: 1, step: 0.1)
    #expect(step.number(0.30000000000000004) != nil && step.number(0.35) == nil && step.number("x") == nil)
    let odd = ParameterDistribution.integer(low: 1, high: 9, step: 2)
    #expect(odd.number(3) == 3 && odd.number(4) == nil && odd.number(11) == nil && odd.number(3.0) == 3)
    let kind = ParameterDistribution.categorical(["1", 1, .bool(true), .null])
    #expect(kind.number("1") == 0 && kind.number(1.0) == 1 && kind.number(.bool(true)) == 2 && kind.number(.null) == 3)
    #expect(kind.number(2) == nil)
    #expect(step.number(.string("nan")) == nil)
  }
}
