// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation
import GradusModeling

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A library of experience in its file: made where it is missing, read where it is there, and written as a whole or not at all.
struct LibraryFile {
  let path: String
  private(set) var library: ExperienceLibrary
  /// Whether there was none.
  let isNew: Bool
  /// What the file held when it was last read or written.
  private var content: [UInt8]
  private let lock: FileLock

  /// Throws where another run learns into the file, and where it is no library; nothing is written then.
  init(_ path: String) throws {
    self.path = path
    lock = try FileLock(beside: path)
    isNew = access(path, F_OK) != 0 && errno == ENOENT
    if isNew {
      library = ExperienceLibrary()
      content = Array(library.text.utf8)
      // Written at once: a place that cannot be written to is noticed before anybody is asked.
      try AtomicFile.write([content], to: path)
    } else {
      library = try ExperienceLibrary(contentsOf: path)
      content = try AtomicFile.read(path)
    }
  }

  /// Takes another state of the library; an equal one leaves the file, and the comments of its readers, alone.
  mutating func keep(_ changed: ExperienceLibrary) throws {
    guard changed != library else { return }
    guard (try? AtomicFile.read(path)) == content else {
      throw Failure(
        .failed,
        "\(path) was changed by somebody else while a problem was worked on; call the command again to go on with it")
    }
    let text = Array(changed.text.utf8)
    try AtomicFile.write([text], to: path)
    (library, content) = (changed, text)
  }
}
