// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct SynthesisTests {
  /// Every prefix is a whole problem in words, without formulas, that runs; an added constraint never improves the optimum.
  @Test(arguments: SocraticDemonstration.Category.allCases)
  func prefixesAreProblems(_ category: SocraticDemonstration.Category) async throws {
    for k in 0..<3 {
      let found = try #require(
        try await DemonstrationSynthesis().demonstration(category, RandomStream(seed: 7).child("demonstration", k)))
      let demonstration = found.demonstration
      #expect(demonstration.steps.count >= 3 && found.executions.count == demonstration.steps.count - 2)
      #expect(found.isMonotone)
      #expect(demonstration.prefix(2) == nil && demonstration.prefix(demonstration.steps.count + 1) == nil)
      for count in 3...demonstration.steps.count {
        let model = try #require(demonstration.prefix(count))
        #expect(model.constraints.count == count - 2)
        #expect(try FiveElementStatement(reading: model.text()) == model)
        let question = try #require(demonstration.question(count))
        #expect(!question.contains("sum(") && !question.contains("<=") && !question.contains("*"))
        #expect(question.contains("| item |") == category.hasTable)
        // Every number of the data is told.
        for value in model.parameters.flatMap(\.values) {
          #expect(question.contains(Int(exactly: value).map(String.init) ?? "\(value)"))
        }
        #expect(question.count > (demonstration.question(count - 1)?.count ?? 0))
      }
      let program = try demonstration.statement.program()
      #expect(program.isLinear == category.isLinear)
    }
  }

  /// References are right; each kind of mistake is wrong where it bites.
  @Test func theScorerTellsRightFromWrong() async throws {
    let scorer = BenchmarkScorer(timeLimit: 5)
    var (mutants, refused) = (0, 0)
    var kinds: Set<BenchmarkMutation> = []
    for k in 0..<8 {
      let category = SocraticDemonstration.Category.allCases[k % 4]
      let found = try #require(
        try await DemonstrationSynthesis().demonstration(category, RandomStream(seed: 9).child("demonstration", k)))
      let item = try #require(found.item("\(k)", steps: found.demonstration.steps.count))
      let score = try await scorer.score(item, program: item.program)
      #expect(score.isCorrect && score.hasRun && score.disagreements.isEmpty, "\(score)")
      for (m, mutation) in BenchmarkMutation.allCases.enumerated() {
        var stream = RandomStream(seed: 10).child("mutant", 10 * k + m)
        let values = found.executions.last?.values ?? [:]
        guard let wrong = mutation.applied(to: found.demonstration.statement, at: values, &stream) else { continue }
        #expect(wrong != found.demonstration.statement)
        kinds.insert(mutation)
        mutants += 1
        refused += try await scorer.score(item, program: wrong.text()).isCorrect ? 0 : 1
      }
    }
    #expect(kinds.count == 6 && mutants >= 30)
    #expect(Double(refused) >= 0.95 * Double(mutants), "\(refused) of \(mutants)")
  }

  @Test func aMistakeWithoutEffectIsNotMade() throws {
    var model = FiveElementStatement(name: "slack", sense: .maximize)
    model.parameters = [.init("most", [3])]
    model.variables = [.init("x", lower: "0", upper: "1")]
    model.objective = "x"
    model.constraints = [.init("loose", "x <= most")]
    var stream = RandomStream(seed: 1)
    #expect(BenchmarkMutation.droppedRow.applied(to: model, at: ["x": 1], &stream) == nil)
    #expect(BenchmarkMutation.integrality.applied(to: model, at: ["x": 1], &stream) == nil)
    #expect(BenchmarkMutation.swappedIndex.applied(to: model, at: ["x": 1], &stream) == nil)
    #expect(BenchmarkMutation.coefficient.applied(to: model, at: [:], &stream) == nil)
    model.parameters = [.init("most", [1])]
    #expect(BenchmarkMutation.droppedRow.applied(to: model, at: ["x": 1], &stream)?.constraints.isEmpty == true)
  }

  @Test func quantitiesAreComparedOneByOne() throws {
    let item = SynthesizedItem(
      id: "1", category: "linear", question: "", program: "",
      quantities: [.init(BenchmarkQuantity.optimum, 100), .init("x", 2)])
    let scorer = BenchmarkScorer()
    func score(_ objective: Double?, _ values: [String: Double]) -> BenchmarkScore {
      scorer.score(item, ModelExecution(status: .optimal, objective: objective, values: values))
    }
    #expect(score(100.009, ["x": 2]).isCorrect)
    #expect(!score(100.02, ["x": 2]).isCorrect)
    #expect(score(100, ["x": 2.1]).disagreements == ["x: 2.1 where 2.0 is published"])
    #expect(!score(100, [:]).isCorrect && !score(.nan, ["x": 2]).isCorrect && !score(nil, [:]).hasRun)
    let report = BenchmarkReport([score(100, ["x": 2]), score(1, ["x": 2])])
    #expect(report.overall.accuracy.share == 0.5 && report.categories.map(\.category) == ["linear"])
    #expect(report.disagreements.count == 1 && report.overall.passRate.share == 1)
  }

  /// Golden values: 8 of 10 has 0.4902 … 0.9433.
  @Test func wilsonIntervalsHaveTheirKnownValues() {
    let interval = WilsonInterval(8, of: 10)
    #expect(abs(interval.lower - 0.490162) < 1e-5 && abs(interval.upper - 0.943318) < 1e-5)
    #expect(WilsonInterval(0, of: 0).upper == 1 && WilsonInterval(0, of: 5).lower == 0)
    #expect(WilsonInterval(5, of: 5).upper == 1)
  }
}
