//! Shells and their containers.

use super::AllowedCaller;
use crate::item::NoDetails;
use crate::secret::WireSecret;

wire_struct! {
    /// A shell.
    pub struct ShellTool {
        /// Where it runs; on your side when absent.
        optional environment: ShellEnvironment,
        /// Who may call it; the model itself when absent.
        optional allowed_callers: Vec<AllowedCaller>,
    }
}

tagged_union! {
    /// Where a shell runs.
    pub enum ShellEnvironment {
        /// In a new container of the service.
        "container_auto" => NewContainer(ShellContainer),
        /// On your side.
        "local" => Local(LocalEnvironment),
        /// In a container of the service that is there.
        "container_reference" => Container(ContainerReference),
    }
}

wire_struct! {
    /// A new container.
    pub struct ShellContainer {
        /// Files in it.
        optional file_ids: Vec<String>,
        /// `1g`, `4g`, `16g` or `64g`.
        optional memory_limit: String,
        /// What it may reach.
        optional network_policy: NetworkPolicy,
        /// Skills in it.
        optional skills: Vec<Skill>,
    }
}

wire_struct! {
    /// A shell on your side.
    pub struct LocalEnvironment {
        /// Skills that are there.
        optional skills: Vec<LocalSkill>,
    }
}

wire_struct! {
    /// A container of the service.
    pub struct ContainerReference {
        /// Its id.
        required container_id: String,
    }
}

tagged_union! {
    /// What a container may reach.
    pub enum NetworkPolicy {
        /// Nothing.
        "disabled" => Disabled(NoDetails),
        /// Some domains.
        "allowlist" => AllowList(NetworkAllowList),
    }
}

wire_struct! {
    /// Domains a container may reach.
    pub struct NetworkAllowList {
        /// The domains.
        list allowed_domains: String,
        /// Secrets that are put in on the way to them.
        optional domain_secrets: Vec<DomainSecret>,
    }
}

wire_struct! {
    /// A secret that is put in on the way to a domain; the container does not see it.
    pub struct DomainSecret {
        /// The domain.
        required domain: String,
        /// The name the container uses for it.
        required name: String,
        /// The secret. Never shown.
        required value: WireSecret,
    }
}

tagged_union! {
    /// A skill: instructions and files for a kind of work.
    pub enum Skill {
        /// One the service has.
        "skill_reference" => Reference(SkillReference),
        /// One sent along.
        "inline" => Inline(InlineSkill),
    }
}

wire_struct! {
    /// A skill the service has.
    pub struct SkillReference {
        /// Its id.
        required skill_id: String,
        /// Its version; the default one when absent.
        optional version: String,
    }
}

wire_struct! {
    /// A skill sent along.
    pub struct InlineSkill {
        /// Its name.
        required name: String,
        /// What it is for.
        required description: String,
        /// Its files.
        optional source: SkillSource,
    }
}

tagged_union! {
    /// The files of a skill.
    pub enum SkillSource {
        /// Base64.
        "base64" => Base64(SkillArchive),
    }
}

wire_struct! {
    /// An archive of files.
    pub struct SkillArchive {
        /// Base64.
        required data: String,
        /// `application/zip`.
        required media_type: String,
    }
}

wire_struct! {
    /// A skill on your side.
    pub struct LocalSkill {
        /// Its name.
        required name: String,
        /// What it is for.
        required description: String,
        /// Where it is.
        required path: String,
    }
}
