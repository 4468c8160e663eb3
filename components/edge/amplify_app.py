"""An Amplify app that builds a front end from its repository and serves it."""

import base64
from collections.abc import Mapping, Sequence
from typing import Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.account import Account
from components.component import Component
from components.drift import ignored
from components.edge.amplify_files import build_spec, custom_headers, redirects, rewrites
from components.edge.firewall import Firewall
from components.edge.header_settings import NO_DEVICES, ContentSecurityPolicy, HeaderSettings
from settings import DomainName, MisfitError, Problem, Settings
from settings.services.delivery import Branch, RepositoryAddress
from settings.services.edge import AppName, Folder, HttpsOrigin, SubdomainPrefix


def _own_pages() -> HeaderSettings:
    return HeaderSettings(content_security_policy=ContentSecurityPolicy(), permissions_policy=NO_DEVICES)


class AmplifyAppSettings(Settings):
    """Where the code is on GitHub, what is built from it, and where it is served.

    ``output`` is the folder that the build leaves. Labels of ``prefixes`` beside the empty one lead to the domain.
    ``api_origin`` is what answers below /api. ``app_name`` is made up when not given. The headers know the
    application's own origin only: name there what else it connects to.
    """

    app_name: AppName | None = None
    """The app's name in AWS. Left out, the stack makes one."""
    repository: RepositoryAddress
    """The repository that Amplify builds."""
    branch: Branch = "main"
    """The branch that is built and served."""
    output: Folder = "dist"
    """The folder that the build leaves."""
    api_origin: HttpsOrigin | None = None
    """Where requests below /api are sent on to."""
    domain: DomainName | None = None
    """The site's own name."""
    prefixes: tuple[SubdomainPrefix, ...] = Field(default=("", "www"), min_length=1)
    """Labels before the domain that lead to the site; the empty one is the domain itself."""
    headers: HeaderSettings = Field(default_factory=_own_pages)

    @model_validator(mode="after")
    def _no_cors(self) -> Self:
        if self.headers.cors is not None:
            raise MisfitError(
                Problem("headers.cors", "Amplify sends the same headers to every site; let the API say who may read")
            )
        return self


class AmplifyApp(Component):
    """An app of Amplify with one branch, built on every push and served to the internet over TLS from CloudFront.

    ``environment`` is told to the build, and so to everybody who reads the pages. ``access_token`` is a personal access
    token of GitHub as a Pulumi secret; AWS takes it once, when the app is made, and keeps a webhook instead, so that it
    may expire afterwards. ``credentials``, as ``user:password``, is asked for before anything is shown, for branches
    that are not out yet. ``firewall`` has scope CLOUDFRONT. The build gets no AWS credentials: pages of files need no
    service role. https://docs.aws.amazon.com/amplify/latest/userguide/amplify-service-role.html

    Amplify proves and points a domain itself where its zone is one of Route 53 in this account, which then belongs into
    ``after``; elsewhere the records in ``dns_records`` have to be made by hand:
    https://docs.aws.amazon.com/amplify/latest/userguide/understanding-dns-terminology-and-concepts.html
    """

    def __init__(
        self,
        name: str,
        settings: AmplifyAppSettings,
        *,
        account: Account,
        environment: Mapping[str, pulumi.Input[str]] | None = None,
        access_token: pulumi.Input[str] | None = None,
        credentials: pulumi.Input[str] | None = None,
        firewall: Firewall | None = None,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        app = aws.amplify.App(
            self.child("app"),
            name=settings.app_name,
            platform="WEB",
            repository=settings.repository,
            access_token=access_token,
            build_spec=build_spec(settings.output),
            custom_rules=[*redirects(settings.domain, settings.prefixes), *rewrites(settings.api_origin)],
            custom_headers=custom_headers(settings.headers),
            environment_variables=None if environment is None else dict(environment),
            enable_basic_auth=credentials is not None,
            basic_auth_credentials=None if credentials is None else _encoded(credentials),
            opts=self.child_options(),
        )
        self.arn = app.arn
        self.app_id = app.id
        branch = aws.amplify.Branch(
            self.child("branch"),
            app_id=app.id,
            branch_name=settings.branch,
            stage="PRODUCTION" if account.is_prod else "BETA",
            enable_auto_build=True,
            opts=self.child_options(ignore_changes=ignored("aws:amplify/branch:Branch")),
        )
        if firewall is not None:
            firewall.protect_app(name, app.arn)
        self.dns_records: pulumi.Output[list[str]] | None = None
        if settings.domain is None:
            label = settings.branch.replace("/", "-")
            self.url = pulumi.Output.format("https://{}.{}", label, app.default_domain)
        else:
            self.dns_records = self._serve_at(settings.domain, settings.prefixes, branch, after)
            self.url = branch.id.apply(lambda _: f"https://{settings.domain}")
        self.register_outputs({"appId": self.app_id, "url": self.url, "dnsRecords": self.dns_records})

    def _serve_at(
        self, domain: str, prefixes: tuple[str, ...], branch: aws.amplify.Branch, after: Sequence[pulumi.Resource]
    ) -> pulumi.Output[list[str]]:
        association = aws.amplify.DomainAssociation(
            self.child("domain"),
            app_id=self.app_id,
            domain_name=domain,
            sub_domains=[
                aws.amplify.DomainAssociationSubDomainArgs(branch_name=branch.branch_name, prefix=prefix)
                for prefix in prefixes
            ],
            # The records may have to be made by hand first, and ``dns_records`` tell which.
            wait_for_verification=False,
            # Amplify looks for the zone as the domain is made, and finds it by its name.
            opts=self.child_options(depends_on=list(after)),
        )
        places = association.sub_domains.apply(lambda all_: sorted(each.dns_record or "" for each in all_))
        return pulumi.Output.all(association.certificate_verification_dns_record, places).apply(
            lambda found: [record.strip() for record in (found[0], *found[1])]
        )


def _encoded(credentials: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.secret(credentials).apply(lambda text: base64.b64encode(text.encode()).decode())
