// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusNumerics
import Testing

@Suite struct HelperMessageTests {
  @Test func programsComeBackWithoutNames() throws {
    for form in [SmallPrograms.wyndor, SmallPrograms.marketSplit(2)] {
      let back = try HelperMessage(model: form).model()
      #expect(back.fingerprint == form.fingerprint)
      #expect(back.columnNames.isEmpty)
    }
  }

  @Test func questionsComeBack() throws {
    var question = SolveLinear()
    question.changes = [BoundChange(column: 3, lower: -.infinity, upper: 2)]
    question.basis = Basis(columns: [.basic, .free], rows: [.upper, .nonbasic, .lower])
    question.start = [1, -0.5]
    question.relaxed = true
    question.settings.timeLimit = 3.5
    question.settings.nodeLimit = 7
    question.settings.gapRelative = 0.25
    question.settings.threads = 3
    question.settings.seed = 99
    question.settings.options = ["presolve": "off", "solver": "ipm"]
    let back = try HelperMessage(question: question).question()
    #expect(back.changes == question.changes && back.basis == question.basis && back.start == question.start)
    #expect(back.relaxed && back.settings == question.settings)
    let plain = try HelperMessage(question: SolveLinear()).question()
    #expect(plain.start == nil && plain.basis == nil && plain.settings == LinearSolveSettings())
  }

  @Test func answersComeBack() throws {
    var answer = LinearAnswer(status: .nodeLimit, source: "HiGHS 1.15.1")
    answer.objective = 4
    answer.bound = -.infinity
    answer.iterations = 5
    answer.nodes = 6
    answer.reducedCosts = [0, .nan]
    answer.failure = "none"
    let back = try HelperMessage(.answer, answer).answer()
    #expect(back.status == .nodeLimit && back.source == answer.source && back.failure == "none")
    #expect(back.primal == nil && back.duals == nil && back.ray == nil && back.basis == nil)
    #expect(back.reducedCosts?[1].isNaN == true)
    #expect(back.objective == 4 && back.bound == -.infinity && back.iterations == 5 && back.nodes == 6)
  }

  @Test func settingErrorsComeBack() throws {
    let errors: [SettingError] = [
      .unknown("a", method: "HiGHS", nearest: nil), .unknown("a", method: "HiGHS", nearest: "b"),
      .unreadable("a", text: "b", expected: "c"), .outOfRange("a", text: "b", range: "c"),
    ]
    for error in errors { #expect(try HelperMessage(complaint: error).complaint() == error) }
  }

  @Test func everyTruncationOfTheFieldsIsAnError() throws {
    var question = SolveLinear()
    question.settings.options = ["presolve": "off"]
    question.basis = Basis(columns: [.basic], rows: [.upper])
    let whole = HelperMessage(question: question)
    for count in 0..<whole.fields.count {
      var cut = whole
      cut.fields = Array(whole.fields.prefix(count))
      #expect(throws: HelperError.damaged) { try cut.question() }
    }
    var model = HelperMessage(model: SmallPrograms.wyndor)
    model.numbers[5].removeLast()
    #expect(throws: HelperError.damaged) { try model.model() }
  }
}
