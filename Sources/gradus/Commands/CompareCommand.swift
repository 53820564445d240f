// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct CompareCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares update rules by the steps they need, each tuned within the same budget.",
    discussion: """
      RULE is a name of 'gradus methods', with settings if wanted: adamw  lion  sgd,momentum=0.9; average=8 judges the \
      average of the points, mechanic=true learns a factor of the steps. 'learning-rate-free' stands for the rules that need \
      no rate.

      For each workload, four tuned reference rules (AdamW, NAdamW, momentum, Nesterov) set a target for the held-out loss. \
      Each rule has several studies, each of several learning rates between a thirtieth and thirty times its own; a study \
      takes as long as its fastest trial, a workload as long as the median of its studies. The score is the area under the \
      performance profile up to four times the fastest. No figure is stored: targets, times and scores are measured by \
      every run, and the same seed gives the same to the bit, whatever the threads.
      """)

  @OptionGroup var output: OutputOptions

  @Argument(help: "Rules, with settings after commas.")
  var rules: [String] = []

  @Option(help: ArgumentHelp("Only these, separated by commas; 'list' names them.", valueName: "names"))
  var workloads: String?

  @Option(help: "Learning rates a study tries.")
  var trials = 5

  @Option(help: "Studies for each rule and workload.")
  var studies = 5

  @Option(help: "How the rate falls: linear, cosine, constant, wsd, drops, inverse-root, inverse.")
  var schedule = "linear"

  @Option(help: ArgumentHelp("The share of steps in which the rate rises.", valueName: "share"))
  var warmup = 0.05

  @Flag(help: "Leave every rule at its own learning rate.")
  var untuned = false

  @Option(help: ArgumentHelp("Find one setting of this many for all workloads, and freeze it.", valueName: "number"))
  var calibrate = 0

  @Flag(help: "Add a held-out variant of each workload; who misses it gets no credit for the workload.")
  var variants = false

  @Option(help: "The seed of data, parameters, orders and trials.")
  var seed: UInt64 = 0

  @Option(help: "Trainings at once.")
  var threads = 1

  @Option(help: ArgumentHelp("Keep finished trainings here, and go on with those that are.", valueName: "file"))
  var journal: String?

  @Option(help: ArgumentHelp("Write a page with profiles and tables here.", valueName: "file.html"))
  var report: String?

  mutating func validate() throws {
    if rules.isEmpty, workloads != "list" {
      throw ValidationError("name one or more rules; 'gradus methods' lists them")
    }
    if !(1...1000).contains(trials) || !(1...1000).contains(studies) {
      throw ValidationError("--trials and --studies lie between 1 and 1000")
    }
    if !(0..<1).contains(warmup) { throw ValidationError("--warmup must be a share from 0 to below 1") }
    try OptionRange.whole("--threads", threads, 1...1024)
    if !Schedule.Shape.allCases.contains(where: { $0.rawValue == schedule }) {
      let names = Schedule.Shape.allCases.map(\.rawValue)
      let near = nearest(to: schedule, among: names).map { "did you mean '\($0)'?" }
      throw ValidationError(
        "there is no schedule '\(schedule)'; \(near ?? "choose from \(names.joined(separator: ", "))")")
    }
    rules = rules.flatMap { $0 == "learning-rate-free" ? RuleContestant.learningRateFree : [$0] }
    if let twice = rules.indices.first(where: { rules[..<$0].contains(rules[$0]) }) {
      throw ValidationError("the rule '\(rules[twice])' is named twice")
    }
    try OptionRange.whole("--calibrate", calibrate, 0...10_000)
  }

  func execute() async throws -> ExitCode {
    if workloads == "list" {
      var table = Table(["workload", "what it is"])
      for workload in try WorkloadLaboratory.names.compactMap({ try WorkloadLaboratory.workload(named: $0, seed: seed) }
      ) {
        table.rows.append([workload.name, workload.summary])
      }
      Console.out(table.text)
      return .success
    }
    let contestants = try rules.map { text in
      let isTuned = !untuned && !(calibrate > 0 && RuleContestant.learningRateFree.contains(text))
      do { return try RuleContestant(text, isTuned: isTuned) } catch { throw Failure(.usage, "\(text): \(error)") }
    }
    let chosen = try chosenWorkloads()
    var comparison = RuleComparison(
      contestants, on: chosen, trials: trials, studies: studies,
      shape: Schedule.Shape(rawValue: schedule) ?? .linear, warmup: warmup)
    comparison.calibration = calibrate
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let began = ContinuousClock.now
    let line = output.quiet ? nil : CountingLine("trainings")
    let outcome: RuleComparison.Outcome
    do {
      outcome = try await comparison.run(
        threads: threads, seed: seed, interruption: interruption,
        journal: journal.map { try FileJournal($0) }, progress: { line?.show($0, of: $1) })
    } catch let error as RuleComparison.ForeignJournal {
      throw Failure(.unreadable, "\(journal ?? ""): \(error)")
    } catch is CancellationError {
      line?.clear()
      throw Failure(
        .interrupted,
        journal.map { "the comparison was interrupted; go on with '--journal \($0)'" }
          ?? "the comparison was interrupted; with '--journal FILE' finished trainings are kept")
    }
    line?.clear()
    let page = ComparisonReport(
      comparison: comparison, outcome: outcome, seed: seed, seconds: (ContinuousClock.now - began).seconds)
    if let report { try AtomicFile.write([Array(page.html.utf8)], to: report) }
    switch output.format {
    case .json: Console.out(page.json.serialized(indented: true) + [0x0A])
    case .text: Console.out(page.text)
    }
    return .success
  }

  private func chosenWorkloads() throws -> [Workload] {
    let names = workloads?.split(separator: ",").map(String.init) ?? WorkloadLaboratory.names
    let drawn =
      variants ? WorkloadLaboratory.drawnVariants(of: names, stream: RandomStream(seed: seed).child("variants")) : []
    // Variants last: they are no columns of the profile.
    let all = names + drawn.filter { !names.contains($0) }
    return try (all.filter { !$0.contains("/") } + all.filter { $0.contains("/") }).map { name in
      let found = try WorkloadLaboratory.workload(named: name, seed: seed)
      guard let workload = try found ?? WorkloadLaboratory.variant(named: name, seed: seed) else {
        let near = nearest(to: name, among: WorkloadLaboratory.names + WorkloadLaboratory.variantNames).map {
          "; did you mean '\($0)'?"
        }
        throw Failure(
          .usage,
          "there is no workload '\(name)'"
            + (near ?? "; choose from \(WorkloadLaboratory.names.joined(separator: ", "))"))
      }
      return workload
    }
  }
}
