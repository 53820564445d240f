// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `gradus study`: what stands in a storage, and what to do with it by hand.
struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study", abstract: "Looks at studies, answers and adds trials by hand, exports and draws them.",
    discussion: """
      URL is the storage of 'gradus tune', or the journal of optuna: both are the same. Looking changes nothing and makes no file.
      """,
    subcommands: [
      StudyListCommand.self, StudyShowCommand.self, StudyBestCommand.self, StudyTellCommand.self,
      StudyEnqueueCommand.self, StudyExportCommand.self, StudyPlotCommand.self, StudyImportanceCommand.self,
      StudyReplayCommand.self,
    ])
}
