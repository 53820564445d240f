// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The laws, and what they find on a method.
public enum Conformance {
  /// All laws, those that others presuppose first.
  public static var laws: [any Law] {
    [
      SameSeed(), HonestReport(), SameStateForEveryWidth(), AskingTwice(), StateIsAValue(), SavingChangesNothing(),
      Replay(), AnyOrderOfAnswers(), WithinBudget(), WithinDomain(), BadAnswers(), NothingCopied(), SettingsMatter(),
      TrialsPassed(), InvarianceHolds(), RateHolds(), NoFalseMinimum(),
    ]
  }

  /// Tries laws on one method. An error that escapes the method or the run is a violation of the law at hand.
  public static func check(
    _ entry: MethodEntry, laws: [any Law] = laws, sources: [ProblemSource] = ProblemSource.library
  ) async -> [LawResult] {
    func open<M: Catalogued>(_ type: M.Type) async -> [LawResult] {
      await check(Bench(type, sources: sources), laws: laws)
    }
    return await open(entry.type)
  }

  private static func check<M: Catalogued>(_ bench: Bench<M>, laws: [any Law]) async -> [LawResult] {
    var results: [LawResult] = []
    var broken: Set<String> = []
    for law in laws {
      let finding: Finding
      if let first = law.presupposes.first(where: { broken.contains($0) }) {
        finding = .notApplicable("it presupposes '\(first)', which is broken")
      } else if bench.situations.isEmpty {
        finding = .broken(["no problem of the library has class \(M.Problem.self) and tells \(M.Question.needs)"])
      } else {
        do { finding = try await law.check(bench) } catch { finding = .broken(["it threw: \(error)"]) }
      }
      if case .broken = finding { broken.insert(law.name) }
      results.append(LawResult(law: law.name, sentence: law.sentence, method: M.card.name, finding: finding))
    }
    return results
  }
}
