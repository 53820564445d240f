// SPDX-License-Identifier: Apache-2.0
import GradusConformance
import GradusCore
import GradusProblems
import Testing

/// A broken method and the only law that may notice.
struct Saboteur: CustomTestStringConvertible, Sendable {
  var entry: MethodEntry
  var law: String

  init(_ type: any Catalogued.Type, _ law: String) {
    func entry<M: Catalogued>(_ type: M.Type) -> MethodEntry { MethodEntry(type) }
    self.entry = entry(type)
    self.law = law
  }

  var testDescription: String { entry.card.name }
}

@Suite("Every law is sharp")
struct SaboteurTests {
  static let saboteurs: [Saboteur] = [
    Saboteur(Descent<DrawsFromSystem>.self, "same seed"),
    Saboteur(Descent<AsksDifferentlyTwice>.self, "asking"),
    Saboteur(Descent<KeepsReference>.self, "a state is a value"),
    Saboteur(Descent<ForgetsField>.self, "saving"),
    Saboteur(Descent<RoundsJournal>.self, "replay"),
    Saboteur(Descent<AsksOracleTwice>.self, "budget"),
    Saboteur(Descent<Flatters>.self, "report"),
    Saboteur(Descent<ReportsNaN>.self, "bad answers"),
    Saboteur(Descent<Climbs>.self, "trials"),
    Saboteur(Descent<IdleSetting>.self, "settings"),
    Saboteur(Descent<LooseRange>.self, "settings"),
    Saboteur(Descent<OverstatesInvariance>.self, "invariance"),
    Saboteur(Descent<OverstatesRate>.self, "rate"),
    Saboteur(Search<DependsOnWidth>.self, "width"),
    Saboteur(Search<MistakesOrder>.self, "order of answers"),
    Saboteur(Search<AsksOutside>.self, "domain"),
    Saboteur(Search<WakesUp>.self, "asking"),
    Saboteur(Search<OverstatesMonotony>.self, "invariance"),
    Saboteur(InPlaceDescent<CopiesBuffer>.self, "no copying"),
  ]

  @Test(arguments: saboteurs)
  func `a broken method is caught by the law about its flaw, and by no other`(_ saboteur: Saboteur) async {
    let results = await Conformance.check(saboteur.entry)
    let broken = results.filter { !$0.holds }
    #expect(
      broken.map(\.law) == [saboteur.law],
      "\(broken.flatMap(\.violations).prefix(4).map(\.description).joined(separator: "\n"))")
  }

  @Test(arguments: [
    Saboteur(Descent<Sound>.self, ""), Saboteur(Search<Sound>.self, ""), Saboteur(InPlaceDescent<Sound>.self, ""),
  ])
  func `the same methods without a flaw break no law`(_ sound: Saboteur) async {
    let violations = await Conformance.check(sound.entry).flatMap(\.violations)
    #expect(violations.isEmpty, "\(violations.prefix(4).map(\.description).joined(separator: "\n"))")
  }

  @Test func `a saddle that is stated to be convex is caught`() async throws {
    let saddle = try ProblemLibrary.problem(named: "saddle,x=0.5")
    let start = try #require(saddle.start)
    let lie = ProblemSource(saddle.stated(as: [Unconstrained(start: start, isConvex: true)]))
    let results = await Conformance.check(
      MethodEntry(Descent<Sound>.self), laws: [NoFalseMinimum()], sources: [lie])
    #expect(results.flatMap(\.violations).count == 2)
    let truth = await Conformance.check(
      MethodEntry(Descent<Sound>.self), laws: [NoFalseMinimum()], sources: [ProblemSource(saddle)])
    #expect(truth.flatMap(\.violations).isEmpty)
  }

  @Test func `every law has a saboteur`() {
    let caught = Set(Self.saboteurs.map(\.law)).union(["no false minimum"])
    #expect(caught == Set(Conformance.laws.map(\.name)))
  }

  @Test func `a law presupposes only laws that are tried before it`() {
    var seen: Set<String> = []
    for law in Conformance.laws {
      #expect(seen.isSuperset(of: law.presupposes), "\(law.name)")
      seen.insert(law.name)
    }
  }
}
