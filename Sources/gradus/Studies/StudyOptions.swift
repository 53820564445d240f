// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard
import GradusNative

/// A storage.
struct StorageOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Where the studies are.", valueName: "url"))
  var storage: String

  mutating func validate() throws {
    if storage.isEmpty { throw ValidationError("--storage is empty; name a storage") }
  }

  /// The storage, which must be there.
  func open() throws(Failure) -> StudyStorage {
    do { return try StudyStorage(storage, creates: false) } catch let error as FileFailure {
      throw Failure(
        .unreadable,
        "\(error.description); name a storage that 'gradus tune' or optuna has written with --storage")
    } catch let error as StorageError {
      throw Failure(.unreadable, error.description)
    } catch { throw Failure(error) }
  }
}

/// A study of a storage.
struct StudyOptions: ParsableArguments, Sendable {
  @OptionGroup var place: StorageOptions

  @Option(help: ArgumentHelp("Which study, where there are several.", valueName: "name"))
  var study: String?

  /// Opens the storage and finds the study.
  func open() throws(Failure) -> (storage: StudyStorage, study: StudyRecord) {
    let storage = try place.open()
    return (storage, try find(in: storage.replica, of: storage))
  }

  /// The study in what a storage, or a change of it, holds.
  func find(in replica: StudyReplica, of storage: StudyStorage) throws(Failure) -> StudyRecord {
    let found = try named(in: replica, storage.name)
    guard !found.directions.isEmpty else {
      throw Failure(
        .unreadable, "\(storage.name): the study \(StudyText.plain(found.name)) has no objective; restore the storage")
    }
    return found
  }

  /// Writes a file beside the storage, never over it.
  func write(_ parts: [[UInt8]], to file: String) throws {
    let storage = place.storage.hasPrefix("sqlite:") ? String(place.storage.dropFirst(7)) : place.storage
    if let target = FilePath.real(file), target == FilePath.real(storage) {
      throw Failure(.usage, "\(file) is the storage itself; name another file")
    }
    try AtomicFile.write(parts, to: file)
  }

  private func named(in replica: StudyReplica, _ storage: String) throws(Failure) -> StudyRecord {
    if let study {
      if let found = replica.study(named: study) { return found }
      let names = replica.studies.values.map(\.name).sorted()
      let near = nearest(to: study, among: names).map { "did you mean '\(StudyText.plain($0))'?" }
      throw Failure(
        .usage,
        "\(storage) has no study '\(StudyText.plain(study))'; "
          + (near ?? "'gradus study list --storage \(storage)' names them"))
    }
    let all = replica.studies.values.sorted { $0.id < $1.id }
    guard let first = all.first else {
      throw Failure(.unreadable, "\(storage) holds no study; 'gradus tune' makes one")
    }
    guard all.count == 1 else {
      let names = all.prefix(10).map { StudyText.plain($0.name) } + (all.count > 10 ? ["…"] : [])
      throw Failure(
        .usage, "\(storage) holds \(all.count) studies; choose one with --study: \(names.joined(separator: ", "))"
      )
    }
    return first
  }
}

/// Which of several objectives is looked at.
struct ObjectiveOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Which objective: its name, or its number from 1.", valueName: "name"))
  var objective: String?

  /// Its place; the first one where nothing is said.
  func place(in study: StudyRecord) throws(Failure) -> Int {
    guard let objective else { return 0 }
    let names = study.objectiveNames
    if let place = names.firstIndex(of: objective) { return place }
    if let number = Int(objective), study.directions.indices.contains(number - 1) { return number - 1 }
    let near = nearest(to: objective, among: names).map { "did you mean '\(StudyText.plain($0))'?" }
    let known = names.map { StudyText.plain($0) }.joined(separator: ", ")
    throw Failure(
      .usage,
      "the study \(StudyText.plain(study.name)) has no objective '\(StudyText.plain(objective))'; \(near ?? "it has \(known)")"
    )
  }
}
