// SPDX-License-Identifier: Apache-2.0
import Gradus

/// A line that could not be served. The run is as it was before.
package struct AskTellError: Error {
  package enum Code: String, CaseIterable {
    case malformed, unknownCommand, noRun, badRequest, unknownId, unsuitable, setting, state
  }

  package var code: Code
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package init(_ error: any Error) {
    switch error {
    case let error as AskTellError: self = error
    case let error as JSONError: self.init(.malformed, "the line is not JSON: \(error)")
    case let error as SettingError: self.init(.setting, error.description)
    case let error as Unsuitable: self.init(.unsuitable, error.description)
    case let error as UnknownRule: self.init(.unsuitable, error.description)
    case let error as UnknownTicket: self.init(.unknownId, error.description)
    case let error as ReplyMismatch: self.init(.badRequest, error.description)
    case let error as FileFailure: self.init(.state, error.description)
    case let error as CheckpointMismatch: self.init(.state, error.description)
    default: self.init(.badRequest, "\(error)")
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.raw("{\"error\":{\"code\":")
    writer.write(code.rawValue)
    writer.raw(",\"message\":")
    writer.write(message)
    writer.raw("}}")
  }
}
