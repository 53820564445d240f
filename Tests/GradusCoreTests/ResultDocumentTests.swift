// SPDX-License-Identifier: Apache-2.0
import GradusCore
import Testing

@Suite struct ResultDocumentTests {
  private var document: ResultDocument {
    var document = ResultDocument()
    document.seed = 3
    document.seconds = 1.25
    document.problem.name = "tiny"
    document.problem.kind = "LP"
    document.problem.variables = 2
    document.method.name = "highs"
    document.method.components = [.init("HiGHS", "1.15.1")]
    document.method.settings = [.init("gap", "0.0001")]
    document.status = .optimal
    document.objectives = [-1.5]
    document.bound = -1.75
    document.stopped = StopReason(.converged, "nothing left to ask", meansConvergence: true)
    document.steps = 1
    document.answers = [
      AnswerCount(kind: "linear program", count: 1), AnswerCount(kind: "judge value", count: 2),
      AnswerCount(kind: "judge gradient", count: 1),
    ]
    document.certificate = Certificate(.kkt)
    document.certificate.pointChecked = true
    document.certificate.bound = .reported(by: "HiGHS 1.15.1")
    document.certificate.primalResidual = 1e-9
    document.solution = NamedNumbers(["x", "y[beef,mon]"], [1.5, .infinity])
    document.duals = NamedNumbers(["row"], [0.25])
    document.conflict = .init(rows: ["r"], bounds: ["x"])
    document.method.reasons = ["few evaluations", "exact values"]
    document.explanation = ["r and the bound of x contradict each other"]
    return document
  }

  @Test func whatIsWrittenIsRead() throws {
    let written = document
    let read = try ResultDocument(try JSONValue(parsing: written.json.serialized(indented: true)))
    #expect(read.status == .optimal && read.objective == -1.5 && read.bound == -1.75 && read.gap == 0.25)
    #expect(read.solution == written.solution && read.duals == written.duals)
    #expect(read.certificate == written.certificate)
    #expect(read.problem == written.problem && read.method == written.method)
    #expect(read.conflict == written.conflict && read.explanation == written.explanation)
    #expect(read.method == written.method && read.method.reasons.count == 2)
    #expect(read.stopped == written.stopped && read.seed == 3)
  }

  @Test func judgingQuestionsAreCountedTogether() {
    #expect(document.json["answers"] == ["linear program": 1, "judge": 3])
    #expect(document.json["certificate"]?["bound"] == "reportedBy HiGHS 1.15.1")
  }

  @Test func severalResultsAreFound() throws {
    let both: JSONValue = ["schema": "gradus.results/1", "results": [document.json, document.json]]
    #expect(try ResultDocument.all(in: both).count == 2)
    #expect(try ResultDocument.all(in: document.json).count == 1)
  }

  @Test(arguments: [
    ("[]", "is an array, not an object"), ("{}", "\"schema\" must be"),
    (#"{"schema": "gradus.result/1", "status": "good"}"#, "\"status\" must be one of"),
    (#"{"schema": "gradus.result/1", "status": "limit", "bound": true}"#, "\"bound\" must be a number"),
    (#"{"schema": "gradus.result/1", "status": "limit", "solution": {"x": null}}"#, "\"solution.x\" must be a number"),
    (#"{"schema": "gradus.result/1", "status": "limit", "certificate": {"kind": "oath"}}"#, "\"certificate.kind\""),
    (#"{"schema": "gradus.results/1", "results": 1}"#, "\"results\" must be an array"),
  ])
  func whatIsNoResultIsRefused(_ text: String, _ cause: String) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: ResultError.self) { try ResultDocument.all(in: json) }
    #expect(error?.description.contains(cause) == true, "\(String(describing: error))")
  }
}
