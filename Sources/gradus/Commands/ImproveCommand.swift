// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct ImproveCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "improve",
    abstract:
      "Improves prompts, examples, numbers and choices of a workflow, and compares it on rows that nothing was chosen by.",
    discussion: """
      SPEC is a YAML file. Called again, it goes on where it stopped.

        purpose: Say which day it is.
        parameters:
          instruction: Answer the question.        # a text; or {text: …, limit: 500, purpose: …}
          temperature: {number: 0.2, low: 0, high: 1}
          hints: {int: 2, low: 0, high: 5}
          style: {choice: [short, long]}
        steps:                                     # each sees fields, parameters and earlier steps as {NAME}
          - {name: draft, prompt: "{instruction}\\n{question}", max-tokens: 60, temperature: "{temperature}"}
          - {name: answer, signature: "question, draft -> answer: float", reasoning: true}
          - {name: check, command: [python3, check.py, "{answer}"], timeout: 10}
          - {name: look, http: "http://127.0.0.1:8000/look", body: "{answer}"}
          - {name: rank, program: [./rank], input: "{look}"}      # lines of JSON, stays
        output: "{rank}"                           # the last step unless said
        data: {file: questions.jsonl, select: 40, report: 60}     # .csv; target: answer, fields: […], test: FILE
        metric: exact(output, target)              # holds, same, f1, value …; {judge: …}; {command: …}
        constraints: ["cost <= 0.001", "latency <= 2"]            # tokens, calls: of a row on average
        repeats: 3                                 # a row counts with its worst run
        by: automatic                              # or a method, as 'gradus improve --methods' lists them
        settings: {batch: 8}                       # of the method
        prices: {prompt: 0.15, completion: 0.6}    # for a million tokens
        budget: {calls: 2000}                      # tokens, cost
        simulated: {directives: {"Think step by step.": 1.2}}     # for --lm simulated:SEED

      Of the data some rows are chosen by and others reported on; a gain inside the noise is no gain.
      """)

  @OptionGroup var output: OutputOptions

  @OptionGroup var language: LanguageModelOptions

  @Argument(help: "What to improve.")
  var spec: String?

  @Flag(help: "List the methods with their settings.")
  var methods = false

  @Option(help: "The method, in place of the spec's.")
  var by: String?

  @Option(help: "The seed of the method, in place of the spec's.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("End the search after so many seconds.", valueName: "seconds"))
  var timeLimit: Double?

  @Option(help: ArgumentHelp("Questions and answers of the search; NAME.improve unless said.", valueName: "file"))
  var journal: String?

  @Option(help: ArgumentHelp("Write the values that were found here.", valueName: "file.json"))
  var save: String?

  @Option(help: ArgumentHelp("Write a page with everything that was tried here.", valueName: "file.html"))
  var report: String?

  mutating func validate() throws {
    if (spec == nil) != methods { throw ValidationError("name a SPEC, or give --methods") }
    if let timeLimit { try OptionRange.seconds("--time-limit", timeLimit) }
    if let by, by != "automatic", LanguageMethods.named(by) == nil {
      let known = LanguageMethods.all.map { $0.name }
      throw ValidationError(
        "there is no method '\(by)'; \(nearest(to: by, among: known).map { "did you mean '\($0)'?" } ?? known.joined(separator: ", "))"
      )
    }
  }

  func execute() async throws -> ExitCode {
    guard let spec else {
      listMethods()
      return .success
    }
    var wanted = try ImproveSpec(contentsOf: spec)
    if let by {
      // Settings are those of the spec's method.
      if by != wanted.method { wanted.settings = [] }
      wanted.method = by
    }
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let session = ImproveSession(
      spec: wanted, options: language, journal: journal ?? "\(wanted.name).improve", seed: seed ?? wanted.seed,
      seconds: timeLimit, quiet: output.quiet, interruption: interruption)
    let result: ImproveSession.Result
    do { result = try await session.run() } catch let failure as ModelFailure {
      throw Failure(.failed, "\(failure); what was answered is in \(session.journal)")
    } catch let error as CassetteError {
      throw Failure(.unreadable, "\(error)")
    }
    let told = ImproveReport(spec: wanted, result: result, journal: session.journal, seed: session.seed)
    if let save {
      try AtomicFile.write([SavedProgram(result.found).json.serialized(indented: true) + [0x0A]], to: save)
    }
    if let report { try AtomicFile.write([Array(try told.html.utf8)], to: report) }
    switch output.format {
    case .text: Console.out(told.text)
    case .json: Console.out(told.json.serialized(indented: true) + [0x0A])
    }
    if interruption.isRaised { return .interrupted }
    return .success
  }

  private func listMethods() {
    func settings<M: LanguageMethod>(_ type: M.Type) -> [(name: String, value: String, help: String)] {
      M.settings.map { ($0.name, $0.read(M()), $0.help) }
    }
    var table = Table(["method", "setting", "value", "what it is"])
    var documents: [JSONValue] = []
    for type in LanguageMethods.all {
      let all = settings(type)
      table.rows.append([type.name, "", "", type.summary])
      table.rows += all.map { ["", $0.name, $0.value, $0.help] }
      documents.append([
        "name": .string(type.name), "summary": .string(type.summary),
        "settings": .array(
          all.map { ["name": .string($0.name), "value": .string($0.value), "help": .string($0.help)] }),
      ])
    }
    switch output.format {
    case .text: Console.out(table.text)
    case .json:
      let document: JSONValue = ["schema": "gradus.languageMethods/1", "methods": .array(documents)]
      Console.out(document.serialized(indented: true) + [0x0A])
    }
  }
}
