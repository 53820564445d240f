// SPDX-License-Identifier: Apache-2.0
import Gradus

extension DescribeCommand {
  /// The model in plain words.
  func tellWords() throws -> ExitCode {
    guard !file.hasPrefix(Subject.namedPrefix), DataFile.Format(path: file) == nil else {
      throw Failure(
        .usage, "--words tells model files, and \(file) is none; give a .yaml, .json, .mps, .lp or .nl file")
    }
    var words = try ModelWords(path: file)
    if words.name.isEmpty { words.name = Subject.baseName(file) }
    switch output.format {
    case .text: Console.out(words.text)
    case .json: Console.out(words.json.serialized(indented: true) + [0x0A])
    }
    return .success
  }
}
