// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

/// An end of the command with a message: one line that names the cause, then the remedy.
struct Failure: Error {
  var code: ExitCode
  var message: String

  init(_ code: ExitCode, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The one place where errors become messages and exit codes.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as OracleFailure:
      if let cause = error.underlying, cause is MissingComponent {
        self.init(cause)
      } else {
        self.init(.failed, error.description)
      }
    case let error as ReadError: self.init(.unreadable, error.description)
    case let error as ResultError: self.init(.unreadable, error.description)
    case let error as JSONError: self.init(.unreadable, error.description)
    case let error as CheckpointMismatch: self.init(.unreadable, error.description)
    case let error as JournalMismatch: self.init(.unreadable, "\(error)")
    case let error as SettingStoreError: self.init(.unreadable, error.description)
    case let error as MissingComponent: self.init(.missing, error.description)
    case let error as LearningDataError: self.init(.unreadable, error.description)
    case let error as TensorFileError: self.init(.unreadable, error.description)
    case let error as TensorError: self.init(.failed, error.description)
    case let error as TraceError: self.init(.failed, TensorError(under: error)?.description ?? error.description)
    case let error as WriteError: self.init(.failed, error.description)
    case let error as FileFailure:
      self.init(["read", "open", "resume from"].contains(error.action) ? .unreadable : .failed, error.description)
    case let error as NothingToDraw: self.init(error.isForever ? .usage : .unfinished, error.message)
    case let error as Unsuitable: self.init(.usage, error.description)
    case let error as SettingError: self.init(.usage, error.description)
    default: self.init(.failed, "\(error)")
    }
  }

  /// The message as it is printed.
  var line: String {
    let words = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    return "gradus: \(words)\n"
  }
}
