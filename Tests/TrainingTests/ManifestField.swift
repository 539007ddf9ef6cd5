@testable import Training

/// What may stand at one place of a Kubernetes manifest: as much of the schema as our manifests use.
///
/// The fields are those of `MPIJob` in version v2beta1 of Kubeflow's `pkg/apis/kubeflow/v2beta1/types.go`, and of Kubernetes'
/// `core/v1`. What is not here is a mistake, or to be added after a look at the schema.
indirect enum ManifestField: Sendable {
  case text, number, flag
  /// A number, or a text such as `500m` or `2Gi`.
  case quantity
  case word([String])
  case list(ManifestField)
  /// Members that may be there, and those that must.
  case object([String: ManifestField], required: [String] = [])

  /// What is wrong with a node, each with its place.
  func problems(_ node: YAMLNode, at place: String) -> [String] {
    switch (self, node.content) {
    case (.text, .scalar(let text, let isPlain)):
      // Plain numbers and booleans are no strings to Kubernetes.
      let isText = !isPlain || Double(text) == nil && !["true", "false", ""].contains(text)
      return isText ? [] : ["\(place) is \(text), not a text"]
    case (.number, .scalar(let text, isPlain: true)): return Int(text) == nil ? ["\(place) is \(text)"] : []
    case (.flag, .scalar(let text, isPlain: true)):
      return ["true", "false"].contains(text) ? [] : ["\(place) is \(text)"]
    case (.quantity, .scalar(let text, _)):
      return text.wholeMatch(of: /[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?/) == nil ? ["\(place) is \(text)"] : []
    case (.word(let words), .scalar(let text, _)): return words.contains(text) ? [] : ["\(place) is \(text)"]
    case (.list(let element), .sequence(let nodes)):
      return nodes.enumerated().flatMap { element.problems($1, at: "\(place)[\($0)]") }
    case (.object(let members, let required), .mapping(let entries)):
      let keys = entries.map(\.key)
      return required.filter { !keys.contains($0) }.map { "\(place).\($0) is missing" }
        + entries.flatMap { entry in
          members[entry.key]?.problems(entry.value, at: "\(place).\(entry.key)") ?? ["\(place).\(entry.key) is unknown"]
        }
    default: return ["\(place) is \(node.foundDescription)"]
    }
  }
}

extension ManifestField {
  private static let metadata = object(["name": text], required: ["name"])
  private static let quantities = object(["cpu": quantity, "memory": quantity, "storage": quantity])
  private static let resources = object(["requests": quantities, "limits": quantities])
  private static let command = list(text)

  /// `apiVersion: kubeflow.org/v2beta1`, `kind: MPIJob`
  static let mpiJob = object(
    [
      "apiVersion": word(["kubeflow.org/v2beta1"]), "kind": word(["MPIJob"]), "metadata": metadata,
      "spec": object(
        [
          "slotsPerWorker": number, "sshAuthMountPath": text,
          "launcherCreationPolicy": word(["AtStartup", "WaitForWorkersReady"]),
          "mpiImplementation": word(["OpenMPI", "Intel", "MPICH"]),
          "runPolicy": object([
            "cleanPodPolicy": word(["None", "Running", "All"]), "backoffLimit": number,
            "ttlSecondsAfterFinished": number, "activeDeadlineSeconds": number, "suspend": flag,
          ]),
          "mpiReplicaSpecs": object(["Launcher": replica, "Worker": replica], required: ["Launcher", "Worker"]),
        ], required: ["mpiReplicaSpecs"]),
    ], required: ["apiVersion", "kind", "metadata", "spec"])

  static let volumeClaim = object(
    [
      "apiVersion": word(["v1"]), "kind": word(["PersistentVolumeClaim"]), "metadata": metadata,
      "spec": object(
        [
          "accessModes": list(word(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"])),
          "resources": resources, "storageClassName": text,
        ], required: ["accessModes", "resources"]),
    ], required: ["apiVersion", "kind", "metadata", "spec"])

  private static let replica = object([
    "replicas": number, "restartPolicy": word(["Never", "OnFailure", "Always", "ExitCode"]),
    "template": object(["spec": pod], required: ["spec"]),
  ])

  private static let pod = object(
    [
      "terminationGracePeriodSeconds": number, "automountServiceAccountToken": flag,
      "securityContext": object([
        "runAsNonRoot": flag, "runAsUser": number, "runAsGroup": number, "fsGroup": number,
        "seccompProfile": object(["type": word(["RuntimeDefault", "Unconfined"])], required: ["type"]),
      ]),
      "containers": list(container),
      "volumes": list(
        object(
          [
            "name": text, "persistentVolumeClaim": object(["claimName": text], required: ["claimName"]),
            "emptyDir": object(["medium": word(["Memory"]), "sizeLimit": quantity]),
          ], required: ["name"])),
    ], required: ["containers"])

  private static let container = object(
    [
      "name": text, "image": text, "command": command, "args": command, "resources": resources,
      "lifecycle": object(["preStop": object(["exec": object(["command": command], required: ["command"])])]),
      "readinessProbe": object(["tcpSocket": object(["port": number], required: ["port"]), "periodSeconds": number]),
      "securityContext": object([
        "allowPrivilegeEscalation": flag, "capabilities": object(["drop": list(word(["ALL"]))]),
      ]),
      "volumeMounts": list(object(["name": text, "mountPath": text], required: ["name", "mountPath"])),
    ], required: ["name", "image"])
}
