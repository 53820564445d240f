// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusStudy
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A method with ten switches of which three help, one of them only together with another, on instances of varying size.
private struct Workshop {
  let space = SettingSpace((0..<10).map { SettingSpace.Switch("s\($0)", ["off", "on"]) })
  var random: RandomStream

  /// A feature of the next instance and its difficulty.
  mutating func instance() -> (context: [Double], difficulty: Double) {
    let size = random.uniform(-1, 1)
    return ([size], exp(0.8 * size + 0.4 * random.normal()))
  }

  func cost(_ c: [Int], _ difficulty: Double) -> Double {
    var factor = 1.0
    if c[1] == 1 { factor *= 0.6 }
    if c[4] == 1 { factor *= 0.75 }
    if c[6] == 1 { factor *= c[1] == 1 ? 0.8 : 1.1 }
    for bad in [0, 5, 7] where c[bad] == 1 { factor *= 1.25 }
    return difficulty * factor
  }
}

/// Plays `rounds` instances; gives what was spent and what the default would have cost, by round.
private func play(_ rounds: Int, seed: UInt64, regret: Double = 0.1) -> (
  spent: [Double], standard: [Double], learner: SettingLearner
) {
  var shop = Workshop(random: RandomStream(seed: seed).child("instances"))
  var experiences: [SettingExperience] = [], spent: [Double] = [], standard: [Double] = []
  for round in 0..<rounds {
    let (context, difficulty) = shop.instance()
    let proposal = SettingLearner(shop.space, experiences, regret: regret, seed: seed).propose(in: context)
    let cost = shop.cost(proposal.configuration, difficulty)
    let isFinished = cost <= proposal.cap
    experiences.append(
      SettingExperience(
        round: round, configuration: proposal.configuration, context: context, cost: min(cost, proposal.cap),
        isFinished: isFinished, expected: proposal.expected))
    var total = min(cost, proposal.cap)
    if !isFinished {
      experiences.append(
        SettingExperience(
          round: round, configuration: shop.space.standard, context: context, cost: difficulty, isFinished: true,
          expected: proposal.expected))
      total += difficulty
    }
    spent.append(total)
    standard.append(difficulty)
  }
  return (spent, standard, SettingLearner(shop.space, experiences, regret: regret, seed: seed))
}

@Suite struct SettingLearnerTests {
  @Test func theSecondHalfIsCheaperThanTheDefault() {
    let late = (UInt64(1)...8).map { seed -> Double in
      let (spent, standard, _) = play(60, seed: seed)
      return spent[30...].reduce(0, +) / standard[30...].reduce(0, +)
    }.sorted()
    #expect(late[3] < 0.75, "second halves cost \(late) of the default")
    #expect(late[7] < 1.15, "second halves cost \(late) of the default")
  }

  @Test(arguments: UInt64(1)...8) func regretStaysWithinWhatWasStated(seed: UInt64) {
    let (spent, standard, _) = play(60, seed: seed)
    var total = 0.0, owed = 0.0
    for (c, d) in zip(spent, standard) {
      total += c
      owed += d
      // What was expected of the default where it did not run is right only on average.
      #expect(total <= 1.1 * owed + 6 * (standard[0] + standard[1]) / 2 + 0.5 * owed.squareRoot(), "after \(owed)")
    }
  }

  @Test func whatHelpsIsNamed() {
    let learner = play(120, seed: 3).learner
    let effects = learner.effects(in: [0])
    let best = effects.min { $0.factor < $1.factor }
    #expect(best?.name == "s1")
    #expect((best?.factor ?? 1) < 0.8)
  }

  @Test func nothingIsLostWhenMadeAnew() {
    let learner = play(20, seed: 5).learner
    let again = SettingLearner(learner.space, learner.experiences, regret: learner.regret, seed: 5)
    #expect(learner.propose(in: [0.3]) == again.propose(in: [0.3]))
  }

  @Test func aSwitchThatIsHeldStaysAtItsDefault() {
    for rounds in 8...20 {
      let learner = play(rounds, seed: 3).learner
      #expect(learner.propose(in: [0.1], holding: [1, 4]).configuration[1] == 0)
      #expect(learner.propose(in: [0.1], holding: Set(0..<10)).configuration == learner.space.standard)
    }
  }

  @Test func experiencesWithOtherFeaturesAreNoReasonToStop() {
    var experiences = play(10, seed: 2).learner.experiences
    let space = play(2, seed: 2).learner.space
    for (i, context) in [[], [1, 2], [Double.greatestFiniteMagnitude]].enumerated() {
      experiences.append(
        SettingExperience(
          round: 10 + i, configuration: space.standard, context: context, cost: 1, isFinished: true, expected: 1))
      let learner = SettingLearner(space, experiences)
      #expect(learner.propose(in: context).configuration.count == 10)
      #expect(learner.propose(in: [0.2]).configuration.count == 10)
    }
  }

  @Test func withoutSwitchesOnlyTheDefaultIsProposed() {
    let learner = SettingLearner(SettingSpace([]), [])
    #expect(learner.propose(in: []).configuration.isEmpty)
    #expect(learner.propose(in: []).cap == .infinity)
  }
}
