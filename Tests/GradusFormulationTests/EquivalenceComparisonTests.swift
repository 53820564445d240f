// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct EquivalenceComparisonTests {
  private static func diet(_ cost: [Double] = [3, 2], _ need: Double = 10) -> FiveElementStatement {
    var model = FiveElementStatement(name: "diet")
    model.sets = [.init("FOOD", ["beef", "fish"])]
    model.parameters = [
      .init("cost", over: ["FOOD"], cost), .init("fat", over: ["FOOD"], [1, 4]), .init("need", [need]),
      .init("most", [100]),
    ]
    model.variables = [.init("buy", over: ["FOOD"], lower: "0")]
    model.objective = "sum(f in FOOD) cost[f] * buy[f]"
    model.constraints = [
      .init("enough", "sum(f in FOOD) fat[f] * buy[f] >= need"), .init("room", "sum(f in FOOD) buy[f] <= most"),
    ]
    return model
  }

  @Test func theSameUnderOtherNamesIsProved() async throws {
    var draws = RandomStream(seed: 3)
    let other = try #require(HarmlessRewriting.renaming.applied(to: Self.diet(), &draws))
    guard case .same(let renaming) = try await ProblemComparison().compare(Self.diet(), other, draws) else {
      Issue.record("not proved")
      return
    }
    #expect(renaming.variables.count == 2 && renaming.rows.count == 2 && renaming.variables[0].first == "buy[beef]")
  }

  @Test func anotherNumberHasAWitness() async throws {
    let verdict = try await ProblemComparison().compare(Self.diet(), Self.diet([3, 2.6]), RandomStream(seed: 3))
    guard case .different(let witness, let differences) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(witness.sample == 0 && witness.first.objective == 5 && witness.second.objective == 6.5)
    #expect(differences == [ModelDifference(.cost, "cost[fish]", "2", "2.6")])
    #expect("\(differences[0])" == "other cost at cost[fish]: 2 in the first model, 2.6 in the second")
  }

  /// A row that does not bind: one optimum says nothing, and no data set near the given one does.
  @Test func aSlackRowIsNotToldApart() async throws {
    var other = Self.diet()
    other.constraints.removeLast()
    other.parameters.removeLast()
    let alone = try await ProblemComparison().compare(Self.diet(), other, RandomStream(seed: 3))
    guard case .undecided(let agreed, let reason) = alone else {
      Issue.record("\(alone)")
      return
    }
    #expect(agreed == 1 && reason.contains("most"))
    other.parameters = Self.diet().parameters
    let verdict = try await ProblemComparison().compare(Self.diet(), other, RandomStream(seed: 3))
    #expect(verdict == .undecided(agreed: 4, reason: "not told apart on 4 data sets"))
  }

  /// The same row under data of one's own: it binds, and the missing row shows.
  @Test func otherDataTellApart() async throws {
    var other = Self.diet()
    other.constraints.removeLast()
    let comparison = ProblemComparison(samples: 1) { statement, _ in
      var result = statement
      result.parameters[3].values = [2]
      return result
    }
    let verdict = try await comparison.compare(Self.diet(), other, RandomStream(seed: 3))
    guard case .different(let witness, let differences) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(witness.sample == 1 && witness.data?.value("most") == 2 && witness.first.status == .infeasible)
    #expect(differences.map(\.kind) == [.missingConstraint] && differences[0].place == "room")
  }

  /// Data go from one model to the other by name and element, by equal numbers, and keep a wrong number wrong.
  @Test func dataAreCarriedOver() {
    var other = Self.diet([3, 2.6])
    other.sets[0] = .init("FOOD", ["fish", "beef"])
    other.parameters[0].values = [2.6, 3]
    other.parameters[1].values = [4, 1]
    other.parameters[2].name = "minimum"
    var data = Self.diet()
    data.parameters[0].values = [6, 1]
    data.parameters[2].values = [12]
    let correspondence = DataCorrespondence(Self.diet(), other)
    let carried = correspondence.carried(data)
    #expect(correspondence.unmatched == nil)
    #expect(carried.value("cost", ["beef"]) == 6 && carried.value("cost", ["fish"]) == 1.3)
    #expect(carried.value("minimum") == 12)
    other.parameters[2].values = [11]
    #expect(DataCorrespondence(Self.diet(), other).unmatched == "minimum")
  }

  @Test func scaledDataKeepWholeNumbersZerosAndOnes() {
    var model = Self.diet([0, 2.5])
    model.parameters[3].values = [37]
    let scaled = model.scaledData(RandomStream(seed: 5))
    #expect(scaled.value("cost", ["beef"]) == 0 && scaled.value("fat", ["beef"]) == 1)
    let (cost, most) = (scaled.value("cost", ["fish"]) ?? 0, scaled.value("most") ?? 0)
    #expect((2...3.125).contains(cost) && cost != 2.5)
    #expect(most == most.rounded() && (29...47).contains(most))
    #expect(model.scaledData(RandomStream(seed: 5)) == scaled && model.scaledData(RandomStream(seed: 6)) != scaled)
  }

  /// The objective as a variable of its own: the same problem, no renaming of the other, and no data set tells them apart.
  @Test func whatIsTheSameOtherwiseIsNotToldApart() async throws {
    let stream = RandomStream(seed: 33)
    for k in 0..<12 where k % 7 != 6 {
      let statement = EquivalenceKit.statement(k, stream)
      var other = statement
      other.variables.append(.init("total"))
      other.constraints.append(.init("counted", "total == \(statement.objective)"))
      other.objective = "total"
      let verdict = try await ProblemComparison().compare(statement, other, stream.child("compare", k))
      #expect(verdict == .undecided(agreed: 4, reason: "not told apart on 4 data sets"), "\(statement.name)")
    }
  }

  @Test func whatIsNoModelIsUndecided() async throws {
    var other = Self.diet()
    other.objective = "cost[f]"
    let verdict = try await ProblemComparison().compare(Self.diet(), other, RandomStream(seed: 3))
    guard case .undecided(0, let reason) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(reason.contains("f"))
  }

  /// Mistakes are never proved to be the same problem, and most of them have a witness; the rest does not bind on any data set.
  @Test func mistakesMostlyHaveAWitness() async throws {
    let stream = RandomStream(seed: 31)
    var (different, undecided) = (0, 0)
    for k in 0..<14 {
      let statement = EquivalenceKit.statement(k, stream)
      for mutation in ModelMutation.allCases {
        var draws = stream.child("mutation", k)
        guard let result = mutation.applied(to: statement, &draws) else { continue }
        switch try await ProblemComparison().compare(statement, result.statement, draws) {
        case .same: Issue.record("\(mutation) of \(statement.name)")
        case .different: different += 1
        case .undecided: undecided += 1
        }
      }
    }
    #expect(different > 2 * undecided, "\(different) different, \(undecided) undecided")
  }
}
