// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct WorkerCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Tries trials of a study, beside others on this machine or elsewhere.",
    discussion: """
      Start as many as there is room for, on any machine that reaches the storage and has the study's command:

        gradus worker --storage postgresql://user@host/studies --study wing

      The study is one that `gradus tune` has begun. A trial is never tried by two workers; those of a worker that
      dies are tried once more by another.
      """)

  @OptionGroup var output: OutputOptions

  @OptionGroup var subject: StudyOptions

  @Option(help: ArgumentHelp("Trials at a time.", valueName: "count"))
  var parallel = 1

  @Option(help: ArgumentHelp("Begin no trial after so many seconds.", valueName: "seconds"))
  var timeLimit: Double?

  mutating func validate() throws {
    try OptionRange.whole("--parallel", parallel, 1...10_000)
    try OptionRange.positiveSeconds("--time-limit", timeLimit)
  }

  func execute() async throws -> ExitCode {
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let began = ContinuousClock.now
    let (storage, study) = try subject.open()
    guard let plan = try StudyPlan(of: study) else {
      throw Failure(.usage, "the study '\(StudyText.plain(study.name))' has no command; begin it with 'gradus tune'")
    }
    var session = try StudySession(storage, plan, places: parallel, isQuiet: output.quiet)
    session.seconds = timeLimit
    let result = try session.work(interruption)
    let report = StudyReport(session.desk, seconds: (ContinuousClock.now - began).seconds)
    Console.out(output.format == .json ? report.json(result.ending) : report.text(result.ending))
    return interruption.isRaised ? .interrupted : result.isOver || !report.hasSolution ? .unfinished : .success
  }
}
